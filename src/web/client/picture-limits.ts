/** How large a picture may be for those it goes to: each target has a limit of its own, and of several the least counts. */
import type { Settings, TargetName } from './answers.ts';

export interface Limit {
  /** As a file. */
  readonly bytes: number;
  /** Who takes no more. */
  readonly whose: string;
  /** This machine would take it. */
  readonly isLocalLarger: boolean;
}

const WHOSE: Readonly<Record<TargetName, string>> = { local: 'this server', lambda: 'Lambda' };

/** Undefined when the picture is none too large, or nobody has told yet. */
export function limitBroken(
  bytes: number,
  targets: readonly TargetName[],
  most: Settings['mostPictureBytes'] | undefined,
): Limit | undefined {
  if (most === undefined) return undefined;
  const [least] = [...targets].sort((one, other) => most[one] - most[other]);
  if (least === undefined || bytes <= most[least]) return undefined;
  return { bytes: most[least], whose: WHOSE[least], isLocalLarger: bytes <= most.local };
}
