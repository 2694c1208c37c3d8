/**
 * What going on with a run takes beside its record: where its files are, and on which computer. Kept in the run's folder until the run is
 * complete, since it is its owner's own business; secrets are not even here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, SetupError } from '../core/errors.ts';
import type { ChosenModel } from './choose-model.ts';
import { RESUME_FILE } from './run-folder.ts';

const resumeNoteSchema = z.object({
  hostname: z.string(),
  /** Absolute paths. */
  images: z.array(z.string()).min(1),
  model: z.object({ file: z.string(), sha256: z.string() }).exactOptional(),
  /** The address of the function has a part that is kept nowhere. */
  secretAddress: z.boolean(),
});
export type ResumeNote = z.infer<typeof resumeNoteSchema>;

export function resumeNoteOf(
  images: readonly string[],
  model: ChosenModel | undefined,
  secretAddress: boolean,
): ResumeNote {
  return {
    hostname: hostname(),
    images: images.map(path => resolve(path)),
    ...(model !== undefined && { model: { file: resolve(model.file), sha256: model.info.sha256 } }),
    secretAddress,
  };
}

/** Throws SetupError when there is none that can be read. */
export function readResumeNote(folder: string): ResumeNote {
  const file = join(folder, RESUME_FILE);
  if (!existsSync(file)) {
    throw new SetupError(
      `${folder} holds no ${RESUME_FILE}, which tells where the pictures are`,
      'start a new run: resnet-bench soak',
    );
  }
  const result = resumeNoteSchema.safeParse(parsed(file));
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw unreadable(file, `${path.join('.') || 'it'}: ${message}`);
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw unreadable(file, messageOf(thrown));
  }
}

function unreadable(file: string, why: string): SetupError {
  return new SetupError(`${file} cannot be read: ${why}`, 'start a new run: resnet-bench soak');
}
