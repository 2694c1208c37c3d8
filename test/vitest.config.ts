import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// .ci/run names a file for the counts; everybody else reads the terminal.
const { RESNET_BENCH_TEST_RESULTS: resultsFile } = process.env;

export default defineConfig({
  resolve: {
    alias: [{ find: /^.*\/node-program\.ts$/, replacement: join(import.meta.dirname, 'built-program.ts') }],
  },
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    reporters: resultsFile ? ['default', ['json', { outputFile: resultsFile }]] : ['default'],
    globalSetup: 'fresh-build.ts',
    // Whole runs of the real program, on two cores, side by side.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than cores: many wait for timers, other processes and traces.
    maxWorkers: 3,
    // The AWS SDK warns of Nodes that it will not support some day.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
