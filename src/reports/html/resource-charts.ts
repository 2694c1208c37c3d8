/** The four panels of the original's dashboard: processing times, resource use, what Lambda counts, sizes. */

import { hasReached } from '../../core/reached.ts';
import type { RunRecord, Target } from '../../core/record.ts';
import { waitOf } from '../facts.ts';
import { formatMb, formatMs } from '../figures.ts';
import { isFunction } from '../target-facts.ts';
import { chart, Plot } from './chart.ts';
import type { Child, Page } from './page.ts';
import { evenly, type Point, pointsOf } from './points.ts';

const MOST = 600;

interface Dot {
  readonly seconds: number;
  readonly value: number;
  readonly name: string;
  readonly title: string;
}

const SERIES_COLORS = ['var(--c0)', 'var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)'];

/** A dot a call and series. */
function panel(page: Page, title: string, unit: string, dots: readonly Dot[], note?: string): Child {
  if (dots.length === 0) return undefined;
  const names = [...new Set(dots.map(({ name }) => name))];
  const color = (name: string) => SERIES_COLORS[names.indexOf(name) % SERIES_COLORS.length]!;
  const means = names.map(name => {
    const own = dots.filter(dot => dot.name === name);
    return `${name}: mean ${formatMs(own.reduce((sum, { value }) => sum + value, 0) / own.length)} ${unit} of ${own.length}`;
  });
  return chart(
    page,
    {
      title,
      description: means.join('; '),
      key: names.map(name => [name, color(name)]),
      ...(note !== undefined && { note }),
    },
    {
      ...{ width: 560, height: 240 },
      x: { label: 'seconds since the measuring began' },
      y: { label: unit, grid: true, zero: true },
      marks: [
        Plot.dot(dots, {
          x: 'seconds',
          y: 'value',
          fill: ({ name }) => color(name),
          r: 2,
          fillOpacity: 0.8,
          title: 'title',
        }),
      ],
    },
  );
}

function dotsOf(
  points: readonly Point[],
  name: string,
  unit: string,
  value: (point: Point) => number | undefined,
): Dot[] {
  return evenly(points, MOST).flatMap(point => {
    const known = value(point);
    return known === undefined || !point.sample.outcome.ok
      ? []
      : [{ seconds: point.seconds, value: known, name, title: `${name} ${formatMs(known)} ${unit}\n${point.title}` }];
  });
}

export function panels(page: Page, record: RunRecord): Child[] {
  const wait = waitOf(record);
  const all = record.targets.map(target => ({ target, ...pointsOf(target, record.run.beganMs ?? 0, wait) }));
  return [
    ...all.map(({ target, points }) =>
      panel(page, `Processing times of ${target.name}`, 'ms', [
        ...dotsOf(points, 'parse', 'ms', ({ times }) => times.parseMs),
        ...dotsOf(points, 'preprocess', 'ms', ({ times }) => times.preprocessMs),
        ...dotsOf(points, 'inference', 'ms', ({ times }) => times.inferenceMs),
        ...dotsOf(points, 'handler', 'ms', ({ times }) => times.handlerMs),
      ]),
    ),
    panel(
      page,
      'Resource use: memory',
      'MB',
      all.flatMap(({ target, points }) => [
        ...dotsOf(points, `${target.name}, after the call`, 'MB', ({ sample }) => sample.memory.usedMb),
        ...dotsOf(points, `${target.name}, Max Memory Used`, 'MB', ({ sample }) => sample.memory.maxUsedMb),
      ]),
      memoryNote(record.targets),
    ),
    panel(
      page,
      'Resource use: processors busy within the handler',
      'CPUs',
      all.flatMap(({ target, points }) => dotsOf(points, target.name, 'CPUs', cpusOf)),
    ),
    ...all
      .filter(({ target }) => isFunction(target.info))
      .flatMap(({ target, points }) => lambdaPanel(page, target, points)),
    sizesPanel(page, record.targets),
  ];
}

function cpusOf({ sample, times }: Point): number | undefined {
  const { cpu } = sample;
  return cpu === undefined || !times.handlerMs ? undefined : (cpu.userMs + cpu.systemMs) / times.handlerMs;
}

function memoryNote(targets: readonly Target[]): string | undefined {
  const sizes = targets.flatMap(({ name, info }) =>
    info.memoryMb === undefined ? [] : [`${name} has ${formatMb(info.memoryMb)} MB`],
  );
  return sizes.length === 0 ? undefined : sizes.join('; ');
}

/** What the log says of each call, and what was counted. */
function lambdaPanel(page: Page, target: Target, points: readonly Point[]): Child[] {
  const reached = target.samples.filter(({ outcome }) => hasReached(outcome));
  const failed = target.samples.filter(({ outcome }) => !outcome.ok);
  const throttled = failed.filter(({ outcome }) => !outcome.ok && outcome.error.kind === 'throttled');
  const cold = target.samples.filter(({ start }) => start === 'cold');
  return [
    panel(
      page,
      `Lambda metrics of ${target.name}`,
      'ms',
      [
        ...dotsOf(points, 'Duration', 'ms', ({ times }) => times.durationMs),
        ...dotsOf(points, 'Billed Duration', 'ms', ({ times }) => times.billedMs),
        ...dotsOf(points, 'Init Duration', 'ms', ({ times }) => times.initMs),
      ],
      `calls that reached the function ${reached.length}, failed ${failed.length}, throttled ${throttled.length}, cold starts ${cold.length}: as the client counts`,
    ),
  ];
}

interface Size {
  readonly name: string;
  readonly kb: number;
  readonly title: string;
}

/** Of each picture the request and the mean answer. */
function sizesPanel(page: Page, targets: readonly Target[]): Child {
  const sizes = targets.flatMap(({ name, samples }) => {
    const byImage = new Map<string, { request: number; response: number; count: number }>();
    for (const { image, requestBytes, responseBytes, outcome } of samples) {
      if (!outcome.ok || requestBytes === undefined || responseBytes === undefined) continue;
      const sum = byImage.get(image) ?? { request: 0, response: 0, count: 0 };
      byImage.set(image, {
        request: sum.request + requestBytes,
        response: sum.response + responseBytes,
        count: sum.count + 1,
      });
    }
    return [...byImage].slice(0, MOST_PICTURES).flatMap(([image, { request, response, count }]): Size[] => [
      {
        name: `${image}, request`,
        kb: request / count / 1_024,
        title: `${name} ${image}: request ${(request / count / 1_024).toFixed(1)} KB`,
      },
      {
        name: `${image}, answer`,
        kb: response / count / 1_024,
        title: `${name} ${image}: answer ${(response / count / 1_024).toFixed(2)} KB`,
      },
    ]);
  });
  if (sizes.length === 0) return undefined;
  return chart(
    page,
    { title: 'Sizes', description: sizes.map(({ title }) => title).join('; ') },
    {
      ...{ width: 560, height: 60 + sizes.length * 20, marginLeft: 190, marginRight: 60 },
      x: { label: 'KB of 1,024 bytes', grid: true },
      y: {
        label: null,
        domain: sizes.map(({ name }) => name),
        tickFormat: (name: string) => (name.length > 30 ? `…${name.slice(-29)}` : name),
      },
      marks: [
        Plot.barX(sizes, { x: 'kb', y: 'name', fill: 'var(--c2)', title: 'title' }),
        Plot.text(sizes, { x: 'kb', y: 'name', text: ({ kb }) => kb.toPrecision(3), dx: 4, textAnchor: 'start' }),
      ],
    },
  );
}

const MOST_PICTURES = 20;
