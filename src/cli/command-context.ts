/** What the definitions of all commands need. */
import type { Command } from 'commander';

export interface CommandContext {
  readonly signal: AbortSignal;
  /** Sets the exit code. */
  exit(code: number): void;
}

export const IMAGES = ['[images...]', 'JPEG, PNG, WebP, ... (default: the built-in pictures)'] as const;

/** A duration alone lifts the default limit on iterations. */
export function iterationLimit(command: Command): { iterations?: number } {
  const { iterations, duration } = command.opts<{ iterations: number; duration?: number }>();
  return duration !== undefined && command.getOptionValueSource('iterations') === 'default' ? {} : { iterations };
}
