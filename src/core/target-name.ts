/** What can be called, by its name in a record. */
export const TARGETS = ['local', 'lambda'] as const;
export type TargetName = (typeof TARGETS)[number];
