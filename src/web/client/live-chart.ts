/** A soak's calls over its time: a dot each, or a line from the fastest to the slowest of several. */
import { plural } from '../../reports/figures.ts';
import type { LivePoint, LiveRun, LiveTarget } from './answers.ts';
import { endLabels, timeAxis } from './axes.ts';
import { clock } from './clock-text.ts';
import { h, svg } from './elements.ts';
import { above, across, FRAME, niceCeiling } from './scale.ts';

export function liveChart({ targets, passedMs, durationMs }: LiveRun): HTMLElement {
  const wholeMs = durationMs ?? Math.max(1, passedMs);
  const mostMs = niceCeiling(Math.max(1e-3, ...targets.flatMap(({ points }) => points.map(point => point.mostMs))));
  // What failed lies on top.
  const points = targets.flatMap(target => target.points.map(point => ({ point, color: colorOf(target) })));
  const marks = points
    .sort((one, other) => Math.sign(one.point.failed) - Math.sign(other.point.failed))
    .map(({ point, color }) => markOf(point, color, wholeMs, mostMs));
  const chart = svg(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${FRAME.width} ${FRAME.height}`,
      role: 'img',
      'aria-label': `times of the calls of ${targets.map(({ name }) => name).join(' and ')} so far; the figures below have their percentiles`,
    },
    ...timeAxis(mostMs),
    ...endLabels('0:00', clock(wholeMs)),
    ...marks,
  );
  return h(
    'figure',
    {},
    h('figcaption', {}, 'From the scheduled time to the last byte, ms'),
    h('ul', { class: 'key' }, ...targets.map(keyOf), h('li', {}, h('span', { class: 'kf' }), 'failed')),
    h('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'chart of the soak' }, chart),
  );
}

/** The same as on the cards. */
const colorOf = ({ name }: LiveTarget) => (name === 'local' ? 0 : 1);

function keyOf(target: LiveTarget): HTMLElement {
  const { name, callsPerPoint } = target;
  const each = callsPerPoint > 1 ? `, each mark ${plural(callsPerPoint, 'call')} from fastest to slowest` : '';
  return h('li', {}, h('span', { class: `k${colorOf(target)}` }), `${name}${each}; hollow: an environment's first`);
}

function markOf({ atMs, leastMs, mostMs, failed, firsts }: LivePoint, color: number, wholeMs: number, topMs: number) {
  const type = failed > 0 ? 'failed' : `s${color}${firsts > 0 ? ' first' : ''}`;
  const x = across(Math.min(1, atMs / wholeMs));
  const [low, high] = [above(leastMs / topMs), above(mostMs / topMs)];
  if (low - high < 2) return svg('circle', { class: type, cx: x, cy: high, r: 2.5 });
  return svg('line', { class: type, x1: x, x2: x, y1: low, y2: high, 'stroke-width': 2 });
}
