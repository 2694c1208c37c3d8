/** What a threshold on cold starts, memory or cost is held against: where part of it is not known, the end that could miss it, or none with the reason. */
import { ARCHITECTURES } from '../core/prices.ts';
import type { RunRecord, Target } from '../core/record.ts';
import type { Threshold } from '../core/threshold.ts';
import { type CostTerms, costsOf, millionUsd, usualStart } from './cost.ts';
import { pricesName } from './cost-text.ts';
import { kindOfCalls } from './facts.ts';
import { formatMb, plural } from './figures.ts';
import type { Figure } from './gates.ts';
import { mostOf } from './target-facts.ts';

type Asked = Threshold['comparison'];
const isUpper = (comparison: Asked) => comparison.startsWith('<');

/** Calls of which nobody knows count as what would miss it. */
export function coldShareOf({ samples }: Target, comparison: Asked): Figure {
  const good = samples.filter(({ outcome }) => outcome.ok);
  const unknown = good.filter(({ start }) => start === 'unknown').length;
  if (unknown === good.length) return { reason: 'of no call is known whether it met a cold environment' };
  const cold = good.filter(({ start }) => start === 'cold').length;
  if (unknown === 0) return { value: cold / good.length };
  const counted = isUpper(comparison) ? 'cold' : 'warm';
  return {
    value: (cold + (isUpper(comparison) ? unknown : 0)) / good.length,
    reason: `of ${unknown} of ${plural(good.length, 'call')} is not known whether they met a cold environment: counted as ${counted}`,
  };
}

const MEMORY = [
  ['maxUsedMb', 'Max Memory Used'],
  ['peakRssMb', 'the peak of the process'],
] as const;

/** By one measure that all answered calls have, the widest. What was resident after a call is no maximum. */
export function maxMemoryOf({ samples }: Target): Figure {
  const good = samples.filter(({ outcome }) => outcome.ok);
  const told = MEMORY.map(([name, what]) => ({
    what,
    most: mostOf(samples.map(({ memory }) => memory[name])),
    missing: good.filter(({ memory }) => memory[name] === undefined).length,
  })).filter(({ most }) => most !== undefined);
  const whole = told.find(({ missing }) => missing === 0);
  const resident = mostOf(samples.map(({ memory }) => memory.usedMb));
  if (whole !== undefined) {
    // A control group leaves out files that others had read.
    return resident !== undefined && resident > whole.most!
      ? { value: resident, reason: `what was resident after a call, more than ${whole.what}` }
      : { value: whole.most!, reason: whole.what };
  }
  const [part] = told;
  if (part !== undefined) {
    const { what, most, missing } = part;
    return {
      reason: `${what} of ${missing} of ${plural(good.length, 'call')} is not known: of the others ${formatMb(most!)} MB at most`,
    };
  }
  return {
    reason:
      resident === undefined
        ? 'nobody told its memory'
        : `only what was resident after a call is known (${formatMb(resident)} MB at most), which is no maximum`,
  };
}

/** Of calls that are not cold, all of them billed; of start or architecture that nobody knows the one that would miss it. */
export function usdPerMillionOf(record: RunRecord, target: Target, comparison: Asked, terms: CostTerms): Figure {
  const { costs, unknown } = costsOf(record, terms);
  const cost = costs.find(one => one.target === target);
  if (cost === undefined) return { reason: unknown[0] ?? `${target.name} is no function` };
  const usual = target.samples.filter(
    ({ outcome, phase, start }) => outcome.ok && phase === 'measured' && (start === 'warm' || start === 'unknown'),
  );
  const unbilled = usual.filter(({ timings }) => timings.billedMs === undefined).length;
  if (unbilled > 0)
    return {
      reason: `the billed time of ${unbilled} of ${plural(usual.length, 'call')} that are not cold is not known`,
    };
  const told = cost.starts.filter(({ start }) => start === 'warm' || start === 'unknown');
  const starts = told.length > 0 ? told : [usualStart(cost)];
  if (isUpper(comparison) && starts.some(({ usage }) => usage.atLeast))
    return { reason: 'what its front door costs is not known (its kind, or the size of a request)' };
  const architectures = cost.architecture === undefined ? ARCHITECTURES : [cost.architecture];
  const values = starts.flatMap(({ usage }) => architectures.map(one => millionUsd(usage, terms, one)));
  const end = isUpper(comparison) ? 'most' : 'least';
  const doubt = cost.architecture === undefined ? `, at ${end} by its architecture, which is not known` : '';
  return {
    value: isUpper(comparison) ? Math.max(...values) : Math.min(...values),
    reason: `${starts.map(({ start }) => kindOfCalls(start)).join(' and ')} at the ${pricesName(terms)}${doubt}`,
  };
}
