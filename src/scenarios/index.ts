/** The map of the room: scenarios drive one target each. */
export type { Scenario, ScenarioContext, StopReason } from '../core/scenario.ts';
export { type ClosedLoopOptions, closedLoop } from './closed-loop.ts';
export { issue, type Query } from './issue.ts';
