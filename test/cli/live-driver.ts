/**
 * A soak's live view by itself, of samples that nobody measured: `live-driver.ts STORY`. A program of its own, as a terminal is
 * a matter of the process. `live.test.ts` starts it.
 */
import { execSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveView } from '../../src/cli/live.ts';
import { SoakView } from '../../src/cli/soak-view.ts';
import { failedSample, sampleWith } from '../sample.ts';
import { mark } from './screen.ts';

const SAMPLES = 300;
const DURATION_MS = 30 * 60_000;
/** Where it does not move. */
const nowMs = () => 21.5 * 60_000;

const targets = ['lambda', 'local'];
const view = new SoakView({
  targets,
  plannedByTarget: new Map(targets.map(name => [name, SAMPLES / 2])),
  durationMs: DURATION_MS,
});

/** Past the stream, which ora watches. */
const leave = (name: 'columns' | 'look', value: string | number) => writeSync(2, mark(name, value));

function resize(columns: number): void {
  // The terminal breaks its lines first, then tells the program.
  leave('columns', columns);
  execSync(`stty cols ${columns}`, { stdio: [2, 'inherit', 'inherit'] });
}

function addSample(i: number): void {
  const scheduledMs = i * 10;
  const frame = { seq: Math.floor(i / 2), scheduledMs, issuedMs: scheduledMs };
  const responseMs = i % 2 === 0 ? 50 + (i % 7) : 24 + (i % 3);
  const completedMs = scheduledMs + responseMs;
  const start = i < 2 ? 'cold' : 'warm';
  view.add(
    targets[i % 2]!,
    i % 50 === 9 ? failedSample('timeout', { ...frame, completedMs }) : sampleWith({ ...frame, completedMs, start }),
  );
}

const stories: Record<string, () => Promise<void>> = {
  /** Some hundred samples a second, and two lines that stay. */
  async steady() {
    let added = 0;
    const live = startLiveView(view, { nowMs: () => (added * DURATION_MS) / SAMPLES });
    leave('look', 'before');
    view.began(0);
    for (; added < SAMPLES; added++) {
      await sleep(10);
      addSample(added);
      live.update();
      if (added === 100) live.note('warning: the first thing');
      if (added === 200) process.stderr.write('warning: another thing, of somebody who knows of no live view\n');
    }
    view.missed('local', 3);
    live.update();
    await sleep(1_100);
    leave('look', 'end');
    live.stop();
    live.update();
    process.stdout.write('the report\n');
  },
  /** Wider and narrower, one after the other. */
  async resized() {
    view.began(0);
    for (let i = 0; i < 20; i++) addSample(i);
    const live = startLiveView(view, { nowMs });
    live.note('a line that stays');
    for (const columns of [100, 60, 40, 23, 120, 30, 31, 80]) {
      resize(columns);
      await sleep(300);
      leave('look', columns);
    }
    live.stop();
  },
  /** As when a session is detached. */
  async 'without width'() {
    const live = startLiveView(view, { nowMs });
    resize(0);
    await sleep(300);
    live.update();
    live.note('a line that stays');
    await sleep(1_200);
    resize(90);
    await sleep(300);
    leave('look', 'again');
    live.stop();
  },
  /** As main.ts does: the second signal ends at once. */
  async interrupted() {
    let signals = 0;
    process.on('SIGINT', () => {
      if (signals++ > 0) process.exit(130);
      process.stderr.write('\nending after the call in flight; again to end at once\n');
    });
    startLiveView(view, { nowMs });
    for (;;) {
      await sleep(100);
      process.kill(process.pid, 'SIGINT');
    }
  },
  async terminated() {
    startLiveView(view, { nowMs });
    await sleep(100);
    process.kill(process.pid, 'SIGTERM');
    await sleep(10_000);
  },
  async failing() {
    startLiveView(view, { nowMs });
    await sleep(100);
    throw new Error('this is what happened');
  },
  /** Two minutes and a half, at once. */
  async 'some minutes'() {
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    let ms = 0;
    const live = startLiveView(view, { nowMs: () => ms });
    view.began(0);
    for (let i = 0; i < 20; i++) addSample(i);
    while (ms < 150_000) {
      live.update();
      if (ms === 90_000) live.note('a line that stays');
      ms += 1_000;
      mock.timers.tick(1_000);
    }
    live.stop();
    mock.timers.tick(600_000);
  },
  /** It must not hold a program that has nothing else to do. */
  async forgotten() {
    startLiveView(view, { nowMs });
  },
};

await stories[process.argv[2]!]!();
