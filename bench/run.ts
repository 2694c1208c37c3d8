/** `npm run bench [-- [--write] NAME...]`: our own speed, in ratios measured side by side. Nothing here passes or fails a test. */
import { cpus, loadavg } from 'node:os';
import { benchCold } from './cold.ts';
import { benchComparePython } from './compare-python.ts';
import { benchCoverage } from './coverage.ts';
import { benchDay } from './day.ts';
import { benchFloor } from './floor.ts';
import { benchHarness } from './harness.ts';
import { benchHelp } from './help.ts';
import { benchInference } from './inference.ts';
import { benchIssueDelay } from './issue-delay.ts';
import { benchLoad } from './load.ts';
import { benchMemory } from './memory.ts';
import { benchOnOff } from './on-off.ts';
import { writePage } from './page.ts';
import { benchPolling } from './polling.ts';
import { benchPreprocessing } from './preprocess.ts';
import { takeSections } from './print.ts';
import { benchPureSteps } from './pure.ts';
import { benchReport } from './report.ts';
import { readResults, writeResults } from './results.ts';
import { benchRuntimeOptions } from './runtime-options.ts';
import { benchShares } from './shares.ts';
import { benchSynthetic } from './synthetic-vs-trained.ts';

/** In the order of the page. */
const benches: Record<string, () => Promise<void>> = {
  'compare-python': benchComparePython,
  floor: benchFloor,
  inference: benchInference,
  'runtime-options': benchRuntimeOptions,
  preprocess: benchPreprocessing,
  cold: benchCold,
  memory: benchMemory,
  shares: benchShares,
  synthetic: benchSynthetic,
  help: benchHelp,
  'on-off': benchOnOff,
  polling: benchPolling,
  harness: benchHarness,
  'issue-delay': benchIssueDelay,
  load: benchLoad,
  day: benchDay,
  report: benchReport,
  pure: benchPureSteps,
  coverage: benchCoverage,
};
/** Takes longer than all others together. */
const ONLY_BY_NAME = ['coverage'];

const words = process.argv.slice(2);
const given = words.map(name => name.replace(/^--/, ''));
const chosen = given.filter(name => name !== 'write');
const unknown = chosen.find(name => !(name in benches));
if (words.some(word => ['--help', '-h'].includes(word))) {
  console.log(
    `npm run bench [-- [--write] NAME...]: ${Object.keys(benches).join(', ')} (all but ${ONLY_BY_NAME.join(', ')} when none is named)\n--write keeps what was measured in bench/results.json and the tables of bench/README.md`,
  );
} else if (unknown !== undefined) {
  console.error(`no benchmark ${unknown}; there are: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  const all = Object.keys(benches).filter(name => !ONLY_BY_NAME.includes(name));
  await measure(chosen.length > 0 ? chosen : all, given.includes('write'));
}

/** `keep`: in results.json, and with that in the README; what is not measured now stays there as it was. */
async function measure(names: readonly string[], keep: boolean): Promise<void> {
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`;
  console.log(`${machine}; ratios are medians over rounds [first, ninth decile]`);
  for (const name of names) {
    // Of the minute before: what else was going on.
    const load = `load ${loadavg()[0]!.toFixed(1)} before`;
    await benches[name]!();
    const sections = takeSections();
    if (!keep) continue;
    const measured = { measured: new Date().toISOString().slice(0, 10), machine: `${machine}, ${load}`, sections };
    const results = { ...readResults(), [name]: measured };
    const ordered = Object.fromEntries(
      Object.keys(benches).flatMap(key => (results[key] === undefined ? [] : [[key, results[key]]])),
    );
    writeResults(ordered);
    writePage(ordered);
  }
}
