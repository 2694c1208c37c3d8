/** A closed loop that goes on until its times have come to rest: until the medians of some windows in a row agree. */
import { isFirstCall, type Sample } from '../core/sample.ts';
import type { Scenario, ScenarioContext, Steadiness, StopReason } from '../core/scenario.ts';
import { issue } from './issue.ts';

export interface UntilSteadyOptions {
  /** Calls of a window at least; it has whole rounds of the pictures, so that each window shows the same ones. */
  readonly windowCalls: number;
  /** Greatest ratio of two of the medians, less one. */
  readonly margin: number;
  /** It gives up then, and says so. */
  readonly durationMs: number;
}

/** Windows in a row that must agree. */
const WINDOWS = 3;

/** Calls that succeeded and were not an environment's first, by their numbers and service times. */
type Call = Pick<Sample, 'seq' | 'issuedMs' | 'completedMs'>;

/** Of so many targets in turns. All go on until all are steady at once, so that their figures are of the same minutes; each calls the scenario its own. */
export function untilSteady(options: UntilSteadyOptions, targets = 1): () => Scenario {
  /** Targets that agreed, by the number of the call with which a window ended. */
  const agreed = new Map<number, number>();
  return () => ({
    name: 'closed loop until steady',
    open: false,
    drive: context =>
      drive(context, options, {
        tell: seq => void agreed.set(seq, (agreed.get(seq) ?? 0) + 1),
        reached: seq => agreed.get(seq) === targets,
      }),
  });
}

interface Agreement {
  tell(seq: number): void;
  reached(seq: number): boolean;
}

async function* drive(
  { runner, images, clock, beganMs = clock.nowMs(), signal, ending, steadiness = () => {} }: ScenarioContext,
  { windowCalls, margin, durationMs }: UntilSteadyOptions,
  agreement: Agreement,
): AsyncGenerator<Sample, StopReason> {
  const size = Math.ceil(windowCalls / images.length) * images.length;
  const calls: Call[] = [];
  let spread: number | undefined;
  for (let seq = 0; ; seq++) {
    if (agreement.reached(seq - 1)) {
      steadiness(steady(calls, spread!));
      return 'iterations';
    }
    const ended = () => signal.aborted || ending?.aborted === true;
    if (!ended()) await runner.prepare?.(signal);
    const scheduledMs = clock.nowMs();
    if (ended() || scheduledMs >= beganMs + durationMs) {
      const stretch = { fromMs: calls[0]?.issuedMs ?? beganMs, toMs: scheduledMs };
      steadiness({ kind: 'never-steady', ...stretch, ...(spread !== undefined && { spread }) });
      return ended() ? 'signal' : 'duration';
    }
    const image = images[seq % images.length]!;
    const sample = await issue({ seq, image, scheduledMs }, runner, clock, signal);
    if (sample.outcome.ok && !isFirstCall(sample.start)) calls.push(sample);
    if (calls.length > WINDOWS * size) calls.shift();
    // Looked at once a window: looking after each call would find an agreement by chance sooner or later.
    if (calls.length === WINDOWS * size && (seq + 1) % size === 0) {
      spread = spreadOf(calls, size);
      if (spread <= margin) agreement.tell(seq);
    }
    yield { ...sample, phase: 'measured' };
  }
}

function steady(calls: readonly Call[], spread: number): Steadiness {
  const [first, last] = [calls[0]!, calls.at(-1)!];
  return { kind: 'steady', fromMs: first.issuedMs, toMs: last.completedMs, fromSeq: first.seq, spread };
}

/** Of the medians of windows of that size: the largest to the smallest, less one. */
function spreadOf(calls: readonly Call[], size: number): number {
  const medians = Array.from({ length: WINDOWS }, (_, window) => {
    const times = calls
      .slice(window * size, (window + 1) * size)
      .map(({ issuedMs, completedMs }) => completedMs - issuedMs)
      .sort((a, b) => a - b);
    return times[Math.ceil(times.length / 2) - 1]!;
  });
  return Math.max(...medians) / Math.max(Math.min(...medians), Number.MIN_VALUE) - 1;
}
