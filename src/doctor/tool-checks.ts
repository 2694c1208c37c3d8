/** What lies on this machine: the model, a program that builds images, and notes of functions that a run has left changed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DEFAULT_MODEL } from '../models/catalogue.ts';
import { modelHere } from '../models/resolve.ts';
import { inspectVerified } from '../models/verify.ts';
import { leftNotes } from '../runs/restore-notes.ts';
import { brokenBy, type Finding } from './finding.ts';

/** Downloads and writes nothing. */
export async function model(choice: string | undefined): Promise<Finding> {
  try {
    const found = await modelHere(choice);
    if (found === undefined) {
      return {
        name: 'model',
        mark: 'warning',
        fact: `${choice ?? DEFAULT_MODEL} is not here: the first run downloads it, or makes a synthetic one`,
        mend:
          choice === 'synthetic'
            ? 'resnet-bench model make'
            : `resnet-bench model pull${choice === undefined ? '' : ` ${choice}`}`,
      };
    }
    const { precision, weights } = await inspectVerified(found);
    const fact = `${found.name}, ${precision}, ${weights}`;
    if (weights === 'trained') return { name: 'model', mark: 'ok', fact };
    return {
      name: 'model',
      mark: 'warning',
      fact: `${fact}: times are real, LABELS ARE NOT`,
      mend: 'resnet-bench model pull',
    };
  } catch (thrown) {
    return brokenBy('model', thrown);
  }
}

const BUILDERS: readonly (readonly [string, readonly string[]])[] = [
  ['docker', ['version', '--format', '{{.Server.Version}}']],
  ['podman', ['version', '--format', '{{.Client.Version}}']],
  ['buildah', ['version', '--json']],
];
const BUILDER_MS = 2_000;

/** Nobody needs one but to make an image for AWS. */
export async function imageBuilder(signal: AbortSignal): Promise<Finding> {
  const name = 'Docker';
  const silent: string[] = [];
  for (const [program, args] of BUILDERS) {
    try {
      const { stdout } = await promisify(execFile)(program, [...args], { timeout: BUILDER_MS, signal });
      const version = /\d+\.\d+[\w.-]*/.exec(stdout)?.[0];
      if (version !== undefined) return { name, mark: 'ok', fact: `${program} ${version}` };
      silent.push(program);
    } catch (thrown) {
      signal.throwIfAborted();
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') silent.push(program);
    }
  }
  const only = 'only an image for AWS needs it';
  if (silent.length === 0) return { name, mark: 'note', fact: `neither Docker, Podman nor Buildah is here; ${only}` };
  const mend = silent[0] === 'docker' ? 'start its daemon: docker info says what is wrong' : `${silent[0]} info`;
  return { name, mark: 'note', fact: `${silent.join(', ')} does not answer; ${only}`, mend };
}

export function notes(): Finding[] {
  const left = leftNotes();
  if (left.length === 0) return [{ name: 'notes', mark: 'ok', fact: 'no run has left a function changed' }];
  return left.map(({ functionArn, writtenAt, runningPid }) => {
    const since = writtenAt.slice(0, 16).replace('T', ' ');
    if (runningPid !== undefined) {
      return {
        name: 'notes',
        mark: 'note',
        fact: `process ${runningPid} changes ${functionArn} for its run, since ${since}`,
      };
    }
    const fact = `a run that was killed has left ${functionArn} changed, on ${since}`;
    return {
      name: 'notes',
      mark: 'warning',
      fact,
      mend: 'any run puts it back first: resnet-bench lambda --iterations 1',
    };
  });
}
