/** `npm run bench [-- NAME...]`: our own speed, in ratios measured side by side. Nothing here passes or fails a test. */
import { cpus } from 'node:os';
import { benchCold } from './cold.ts';
import { benchCoverage } from './coverage.ts';
import { benchDay } from './day.ts';
import { benchHarness } from './harness.ts';
import { benchHelp } from './help.ts';
import { benchInference } from './inference.ts';
import { benchIssueDelay } from './issue-delay.ts';
import { benchLoad } from './load.ts';
import { benchPolling } from './polling.ts';
import { benchPreprocessing } from './preprocess.ts';
import { benchPureSteps } from './pure.ts';
import { benchReport } from './report.ts';
import { benchShares } from './shares.ts';
import { benchSynthetic } from './synthetic-vs-trained.ts';

const benches: Record<string, () => Promise<void>> = {
  cold: benchCold,
  coverage: benchCoverage,
  pure: benchPureSteps,
  harness: benchHarness,
  inference: benchInference,
  'issue-delay': benchIssueDelay,
  day: benchDay,
  load: benchLoad,
  polling: benchPolling,
  preprocess: benchPreprocessing,
  report: benchReport,
  help: benchHelp,
  shares: benchShares,
  synthetic: benchSynthetic,
};

const chosen = process.argv.slice(2);
const unknown = chosen.find(name => !(name in benches));
if (unknown !== undefined) {
  console.error(`no benchmark ${unknown}; there are: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}; ratios are medians over rounds [first, ninth decile]`,
  );
  for (const name of chosen.length > 0 ? chosen : Object.keys(benches)) await benches[name]!();
}
