/** Holds a model of the catalogue to its checksum, with the file read once. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SetupError } from '../core/errors.ts';
import { type Inspection, inspectModel } from './inspect.ts';

/** The part of a resolved model that matters here. */
export interface ExpectedModel {
  readonly file: string;
  readonly name: string;
  /** Hex; absent for a file that is not of the catalogue: any content is right. */
  readonly expectedSha256?: string;
}

/** Throws SetupError when the file should have another hash. */
export function checkModelSha256(model: ExpectedModel, sha256: string): void {
  if (model.expectedSha256 === undefined || model.expectedSha256 === sha256) return;
  throw new SetupError(
    `${basename(model.file)} does not have the catalogue's SHA-256`,
    `resnet-bench model pull ${model.name} --force`,
  );
}

/** `inspectModel`, and its hash checked. Throws SetupError. */
export async function inspectVerified(model: ExpectedModel): Promise<Inspection> {
  const inspection = await inspectModel(model.file).catch(async error => {
    // A truncated file is no ONNX any more. That it is not the catalogue's says more, and what to do.
    const sha256 = await sha256Of(model.file).catch(() => undefined);
    if (sha256 !== undefined) checkModelSha256(model, sha256);
    throw error;
  });
  checkModelSha256(model, inspection.sha256);
  return inspection;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
