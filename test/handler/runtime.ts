/** What the tests of a runtime stand on: a task root, a Runtime API for each test, and the environment that asks it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Environment, type EnvironmentOptions, lambdaVariables, startEnvironment } from './environment.ts';
import { type RuntimeApiServer, startRuntimeApi } from './runtime-api-server.ts';

export interface Runtime {
  readonly taskRoot: string;
  /** Of this test. */
  readonly server: RuntimeApiServer;
  /** Ends with the test at the latest. One a test. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>, options?: EnvironmentOptions): Environment;
}

/** For the top of a file of tests. `files`: what the task root holds. */
export function useRuntime(files: Readonly<Record<string, string | Uint8Array>>): Runtime {
  let taskRoot: string;
  let server: RuntimeApiServer;
  let environment: Environment | undefined;

  beforeAll(async () => {
    taskRoot = await mkdtemp(join(tmpdir(), 'resnet-bench-runtime-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(taskRoot, name)), { recursive: true });
      await writeFile(join(taskRoot, name), content);
    }
  });
  beforeEach(async () => {
    server = await startRuntimeApi();
  });
  afterEach(async () => {
    environment?.kill();
    await environment?.ended;
    await server.stop();
  });
  afterAll(() => rm(taskRoot, { recursive: true, force: true }));

  return {
    get taskRoot() {
      return taskRoot;
    },
    get server() {
      return server;
    },
    start(args, env = {}, options = {}) {
      environment = startEnvironment(args, { ...lambdaVariables(server.address, taskRoot), ...env }, options);
      return environment;
    },
  };
}
