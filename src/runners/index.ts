/** The map of the room: runners answer queries. */
export type { Inference, Runner } from '../core/runner.ts';
export { LambdaRunner, type LambdaRunnerOptions } from './lambda.ts';
export { LocalRunner, type LocalRunnerOptions } from './local.ts';
export { NullRunner } from './null.ts';
