/** The map of the room: scenarios drive one target each; `interleave` merges them. */
export type { Scenario, ScenarioContext, StopReason } from '../core/scenario.ts';
export { type ClosedLoopOptions, closedLoop } from './closed-loop.ts';
export { coldStarts } from './cold-starts.ts';
export { interleave, type TargetSample } from './interleave.ts';
export { issue, type Query } from './issue.ts';
export { type OpenLoopOptions, openLoop } from './open-loop.ts';
export { inTurns, type PictureOrder, shuffled } from './picture-order.ts';
export { constantRate, every, poisson, type Schedule, within } from './schedule.ts';
export { type UntilSteadyOptions, untilSteady } from './until-steady.ts';
