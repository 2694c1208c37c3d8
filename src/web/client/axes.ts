/** Lines and numbers around a chart. */
import { formatMs } from '../../reports/figures.ts';
import { svg } from './elements.ts';
import { above, across, FRAME } from './scale.ts';

const STEPS = 4;

/** From 0 to `mostMs`. */
export function timeAxis(mostMs: number): SVGElement[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS).flatMap(share => {
    const y = above(share);
    return [
      svg('line', { class: 'axis', x1: across(0), x2: across(1), y1: y, y2: y }),
      svg('text', { x: FRAME.left - 6, y: y + 4, 'text-anchor': 'end' }, axisMs(share * mostMs)),
    ];
  });
}

/** Below the chart, at its ends. */
export function endLabels(first: string, last: string): SVGElement[] {
  const y = FRAME.height - 6;
  return [svg('text', { x: across(0), y }, first), svg('text', { x: across(1), y, 'text-anchor': 'end' }, last)];
}

function axisMs(ms: number): string {
  return ms === 0 ? '0' : ms >= 10 && Number.isInteger(ms) ? String(ms) : formatMs(ms);
}
