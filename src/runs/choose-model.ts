/** The model of a run: found or fetched, held to its checksum, described for the record. */
import type { ModelInfo } from '../core/record.ts';
import { type ModelOptions, resolveModel } from '../models/resolve.ts';
import { inspectVerified } from '../models/verify.ts';

export interface ChosenModel {
  readonly file: string;
  readonly info: ModelInfo;
}

/** Throws UsageError or SetupError as `resolveModel` and `inspectVerified` do. */
export async function chooseModel(choice: string | undefined, options: ModelOptions): Promise<ChosenModel> {
  const resolved = await resolveModel(choice, options);
  const { sha256, precision, weights } = await inspectVerified(resolved);
  return { file: resolved.file, info: { name: resolved.name, sha256, precision, weights } };
}
