/** How large a picture may be: of a function as Lambda says, else as much as this server takes of a request. */
import { maxImageBytes } from '../runners/wire-request.ts';
import type { TargetName } from './client/answers.ts';

/** Pictures of 25 MB as a file: more than cameras make, and sixteen of them at once leave memory for the rest. */
export const MOST_BODY_BYTES = 32 * 1_024 * 1_024;

/** As a file. */
export function mostPictureBytes(): Readonly<Record<TargetName, number>> {
  return { local: maxImageBytes(MOST_BODY_BYTES), lambda: maxImageBytes() };
}
