/** The map of the room: statistics over measured times. Pure. */
export { distributionOf } from './distribution.ts';
export { type Interval, percentileInterval } from './interval.ts';
export { nearestRank, percentile, supportsPercentile } from './percentile.ts';
export { Summarizer, summarize, timesOf } from './summary.ts';
