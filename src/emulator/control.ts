/** The emulator's own endpoint, which AWS does not have: what environments there are, and how to end them; the log; what was asked of the AWS API. */
import type { AwsApi } from './aws-api.ts';
import { type ActionList, CONTROL_PATHS, type EnvironmentFacts, type EnvironmentList } from './control-answer.ts';
import type { Environment } from './environment.ts';
import { publicState } from './lifecycle.ts';
import type { FunctionLog } from './log.ts';
import type { Pool } from './pool.ts';
import type { Routes } from './server.ts';

export function addControlRoutes(routes: Routes, pool: Pool, log: FunctionLog, api: AwsApi): void {
  routes.get(CONTROL_PATHS.environments, async (): Promise<EnvironmentList> => {
    return { environments: pool.environments.flatMap(factsOf), counts: pool.counts };
  });
  routes.post(CONTROL_PATHS.endIdle, async () => ({ ended: await pool.endIdle() }));
  routes.post(CONTROL_PATHS.end(':id'), async (request, reply) => {
    const { id } = request.params as { id: string };
    const ended = await pool.end(id);
    return reply.code(ended ? 200 : 404).send({ ended: ended ? 1 : 0 });
  });
  routes.get(CONTROL_PATHS.logs, async () => ({ lines: log.lines() }));
  routes.get(CONTROL_PATHS.actions, async (): Promise<ActionList> => ({ actions: api.asked }));
}

function factsOf(environment: Environment): EnvironmentFacts[] {
  const state = publicState(environment.phase);
  if (state === undefined) return [];
  return [{ ...environment.facts(), state }];
}
