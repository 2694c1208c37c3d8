/** resnet-bench as a library: make a run, or read one back. */
export { type Clock, startClock } from './core/clock.ts';
export { BenchError, QueryError, SetupError, UsageError } from './core/errors.ts';
export type { Image } from './core/image.ts';
export * from './core/record.ts';
export { execute, type RunEvent } from './runs/execute.ts';
export { loadImages } from './runs/load-images.ts';
export { findRecord, readRecord } from './runs/read-run.ts';
export type { RunPlan, TargetPlan } from './runs/run-plan.ts';
