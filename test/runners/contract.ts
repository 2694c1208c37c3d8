/** What every runner keeps to, whatever it drives. A runner's own test file calls this with a way to make it. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startClock } from '../../src/core/clock.ts';
import { BenchError, QueryError } from '../../src/core/errors.ts';
import type { Image } from '../../src/core/image.ts';
import { sampleSchema, type Timings, targetInfoSchema } from '../../src/core/record.ts';
import type { Runner } from '../../src/core/runner.ts';
import { loadImages } from '../../src/runs/load-images.ts';
import { issue } from '../../src/scenarios/index.ts';

export interface RunnerUnderTest {
  /** A new one each time, not started. */
  create(): Runner | Promise<Runner>;
  /** One whose start fails; absent when there is no way to make one fail. */
  createFailing?(): Runner;
  /** False: it answers without looking at the picture. */
  readonly classifies: boolean;
}

const PARTS = ['parseMs', 'preprocessMs', 'inferenceMs', 'postprocessMs'] as const satisfies (keyof Timings)[];
const ROUNDING_MS = 1e-6;
const never = new AbortController().signal;
const fixturePath = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

export function describeRunner(name: string, { create, createFailing, classifies }: RunnerUnderTest): void {
  describe(`the ${name} runner`, () => {
    const running: Runner[] = [];
    let pictures: Image[];
    let broken: Image;

    beforeAll(async () => {
      pictures = await loadImages(['images/oranges.jpg', 'images/daisy.png', 'odd/grey.jpg'].map(fixturePath));
      [broken] = (await loadImages([fixturePath('broken/truncated.jpg')])) as [Image];
    });

    afterEach(async () => {
      for (const runner of running.splice(0)) await runner.stop();
    });

    async function started() {
      const runner = await create();
      running.push(runner);
      return { runner, info: await runner.start(never) };
    }

    it('tells what it is', async () => {
      const { runner, info } = await started();
      // An unknown key would be dropped by the schema.
      expect(targetInfoSchema.parse(info)).toEqual(info);
      if (!classifies) return;
      // A target elsewhere tells what it is with its answers.
      if (runner.learned) await runner.infer(pictures[0]!, never);
      expect({ ...info, ...runner.learned?.() }.model?.sha256).toMatch(/^[0-9a-f]{64}$/);
    });

    it('is cold once after each fresh start, then warm', async () => {
      for (let fresh = 0; fresh < 2; fresh++) {
        const { runner } = await started();
        const starts: string[] = [];
        for (const picture of pictures) starts.push((await runner.infer(picture, never)).start);
        expect(starts).toEqual(['cold', 'warm', 'warm']);
      }
    });

    it('tells times that are positive and parts that sum to no more than the whole', async () => {
      const { runner } = await started();
      for (const picture of [...pictures, ...pictures]) {
        const before = performance.now();
        const { timings } = await runner.infer(picture, never);
        const aroundMs = performance.now() - before;
        for (const [timing, ms] of Object.entries(timings)) expect(ms, timing).toBeGreaterThan(0);
        const sum = PARTS.reduce((total, part) => total + (timings[part] ?? 0), 0);
        const { handlerMs } = timings;
        if (classifies) expect(handlerMs).toBeDefined();
        if (handlerMs === undefined) expect(sum).toBe(0);
        else {
          expect(sum).toBeLessThanOrEqual(handlerMs + ROUNDING_MS);
          expect(handlerMs).toBeLessThanOrEqual(aroundMs + ROUNDING_MS);
        }
      }
    });

    it('gives at most five predictions, the most probable first, the same each time', async () => {
      const { runner } = await started();
      for (const picture of pictures) {
        const { predictions } = await runner.infer(picture, never);
        expect(predictions.length).toBe(classifies ? 5 : 0);
        const probabilities = predictions.map(({ probability }) => probability);
        expect(probabilities.toSorted((a, b) => b - a)).toEqual(probabilities);
        expect(new Set(predictions.map(({ classId }) => classId)).size).toBe(predictions.length);
        expect((await runner.infer(picture, never)).predictions).toEqual(predictions);
      }
    });

    it('gives what makes a valid sample', async () => {
      const { runner } = await started();
      const clock = startClock();
      for (const [seq, image] of [...pictures, broken].entries()) {
        const sample = await issue({ seq, image, scheduledMs: clock.nowMs() }, runner, clock, never);
        expect(sampleSchema.parse({ ...sample, phase: 'measured' })).toEqual({ ...sample, phase: 'measured' });
      }
    });

    if (classifies)
      it('turns a broken picture into a QueryError, and answers the next', async () => {
        const { runner } = await started();
        for (let round = 0; round < 2; round++) {
          const error = await runner.infer(broken, never).catch(thrown => thrown);
          expect(error).toBeInstanceOf(QueryError);
          expect(error.kind).toBe('undecodable-image');
          expect((await runner.infer(pictures[0]!, never)).predictions.length).toBe(5);
        }
      });

    it('may be stopped twice, and without having been started', async () => {
      const { runner } = await started();
      await runner.infer(pictures[0]!, never);
      await expect(runner.stop()).resolves.toBeUndefined();
      await expect(runner.stop()).resolves.toBeUndefined();
      await expect((await create()).stop()).resolves.toBeUndefined();
    });

    if (createFailing)
      it('says what is wrong when it cannot start, and may be stopped then', async () => {
        const runner = createFailing();
        const error = await runner.start(never).catch(thrown => thrown);
        expect(error).toBeInstanceOf(BenchError);
        expect(error.hint).not.toBe('');
        await expect(runner.stop()).resolves.toBeUndefined();
        await expect(runner.stop()).resolves.toBeUndefined();
      });
  });
}
