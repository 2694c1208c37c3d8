/** The map of the room: runners answer queries. */
export type { Inference, Runner } from '../core/runner.ts';
export { FRESH_PROCESS_MAIN, FreshProcessRunner, type FreshProcessRunnerOptions } from './fresh-process.ts';
export { LambdaRunner, type LambdaRunnerOptions } from './lambda.ts';
export { LocalRunner, type LocalRunnerOptions } from './local.ts';
export { NullRunner } from './null.ts';
