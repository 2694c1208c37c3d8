/** The emulator put together: doors, function, environments, and how it all ends. */
import { statSync } from 'node:fs';
import { SetupError } from '../core/errors.ts';
import { AwsApi } from './aws-api.ts';
import type { EmulatorConfig } from './config.ts';
import { addConfigurationRoutes } from './configuration-api.ts';
import { addControlRoutes } from './control.ts';
import { CAN_FREEZE, freeze, thaw } from './freezer.ts';
import { FunctionConfiguration } from './function-configuration.ts';
import { functionUrlRoutes } from './function-url.ts';
import { jsonAnswer } from './http-answer.ts';
import { httpApiRoutes } from './http-api.ts';
import { addInvokeRoutes } from './invoke-api.ts';
import { addJsonRoutes } from './json-api.ts';
import { LambdaFunction } from './lambda-function.ts';
import { FunctionLog } from './log.ts';
import { MetricStore } from './metric-store.ts';
import { Pool } from './pool.ts';
import type { ReadyLine } from './ready-line.ts';
import { Reaper } from './reaper.ts';
import { RuntimeApi } from './runtime-api.ts';
import { listen, newRoutes, send } from './server.ts';
import { Shares } from './shares.ts';
import type { Addresses } from './stack-api.ts';
import { TraceStore } from './trace-store.ts';
import { addXrayRoutes } from './xray-api.ts';

export interface RunningEmulator {
  readonly ready: ReadyLine;
  /** Resolves when the reaper is gone before its time: without it nothing would clean up, so nothing should run. */
  readonly broken: Promise<void>;
  /** Ends every environment and closes every door. */
  stop(): Promise<void>;
}

/** Throws SetupError when a port is taken or the task root is not there. */
export async function runEmulator(config: EmulatorConfig): Promise<RunningEmulator> {
  if (!statSync(config.taskRoot, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SetupError(`the task root is not a folder: ${config.taskRoot}`, 'name the folder the function lies in');
  }
  const metrics = new MetricStore(config);
  const log = new FunctionLog(text => {
    if (config.logs === 'stderr') process.stderr.write(`${text}\n`);
    metrics.line(text);
  });
  const reaper = new Reaper();
  const runtimeApi = new RuntimeApi(config);
  const traces = new TraceStore(config);
  const shares = Shares.open(config);
  for (const folder of shares.folders) reaper.removeAfterwards(folder);
  const frozen = config.freeze && CAN_FREEZE;
  const pool = new Pool(config, {
    config,
    log,
    reaper,
    hooks: {
      prelude: id => shares.prelude(id),
      resting: group => frozen && freeze(group),
      waking: group => frozen && thaw(group),
      initStarts: id => shares.initStarts(id),
      initEnds: id => shares.initEnds(id),
      peakMb: id => shares.peakMb(id),
      oomKills: id => shares.oomKills(id),
      finished: record => {
        traces.finished(record);
        metrics.finished(record);
      },
      ended: id => shares.ended(id),
    },
    openRuntimeApi: session => runtimeApi.open(session),
    closeRuntimeApi: session => runtimeApi.close(session),
  });
  const lambda = new LambdaFunction(config, pool, {
    throttled: invocation => {
      traces.throttled(invocation);
      metrics.throttled();
    },
    inFlight: count => metrics.inFlight(count),
  });
  const aws = newRoutes();
  let addresses: Addresses | undefined;
  const operations = new AwsApi(config);
  addInvokeRoutes(aws, config, lambda, operations);
  const configuration = new FunctionConfiguration(config, changed => {
    shares.resize(changed.memoryMb);
    pool.reconfigure(changed);
  });
  addConfigurationRoutes(aws, operations, config, configuration);
  addXrayRoutes(aws, operations, config, traces);
  addJsonRoutes(aws, operations, config, { log, metrics, addresses: () => addresses });
  addControlRoutes(aws, pool, log, operations);
  aws.setNotFoundHandler(async (_request, reply) => send(reply, jsonAnswer(404, { Message: 'Unknown operation' })));

  const [url, httpApi, api] = [functionUrlRoutes(config, lambda), httpApiRoutes(config, lambda), aws];
  const next = (step: number) => (config.port === 0 ? 0 : config.port + step);
  const listeners = [await listen(url, next(0)), await listen(httpApi, next(1)), await listen(api, next(2))];
  const [urlPort, httpApiPort, apiPort] = listeners.map(listener => listener.port);
  addresses = { functionUrl: `http://127.0.0.1:${urlPort}/`, httpApiUrl: `http://127.0.0.1:${httpApiPort}/` };
  await pool.prepare();
  return {
    ready: {
      ...addresses,
      invokeEndpoint: `http://127.0.0.1:${apiPort}`,
      pid: process.pid,
      reaperPid: reaper.pid,
      signature: 'not checked',
      ...shares.facts,
      frozen,
      memoryBy: shares.facts.cpuShare === 'unlimited' ? 'processes' : 'group',
    },
    broken: reaper.exited,
    async stop() {
      // First the environments: a caller still waiting gets its answer.
      await pool.close();
      for (const listener of listeners) listener.close();
      shares.close();
      await reaper.release();
    },
  };
}
