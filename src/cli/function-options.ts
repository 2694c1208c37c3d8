/** Options of a function, deployed or emulated: each with its default, its environment variable and its check, stated once. */
import { AWS_ACTIONS } from '../core/aws-policy.ts';
import { LONGEST_FUNCTION_TIMEOUT_MS } from '../core/lambda-limits.ts';
import { LOG_FORMATS, SAMPLINGS, TRACE_LAYOUTS, TRACE_PARTIALS } from '../core/lambda-telemetry.ts';
import {
  amount,
  defaultDuration,
  entry,
  flag,
  listOf,
  listOfNumbers,
  option,
  positiveDuration,
  rate,
  something,
  wholeNumber,
} from './option.ts';

/** Longest pause a timer of Node can make. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LONGEST_TIMEOUT_MS = 24 * 3600 * 1000;
const MOST_ENVIRONMENTS = 1000;
/** Three in a row are taken. */
const MOST_PORT = 65_533;

export const urlOption = (
  description = 'a deployed function: its Function URL, or the address of its HTTP API (default: ours, on the embedded emulator)',
) => option('url', '<url>', description).argParser(something('--url'));

export const functionOption = (
  description = 'a deployed function, called by Invoke; beside --url: whose traces and log lines are looked for',
) => option('function', '<name or ARN>', description).argParser(something('--function'));

export const stackOption = (
  description = 'a deployed stack of our template (resnet-bench aws template): its function, at its URL or by --front-door',
) => option('stack', '<name or ARN>', description).argParser(something('--stack'));

export const denyOption = () =>
  option(
    'deny',
    '<list>',
    'actions of AWS that the emulator refuses, with commas between: see what a run lacks without them',
  ).argParser(listOf('--deny', AWS_ACTIONS));

export const frontDoorOption = () =>
  option(
    'front-door',
    '<door>',
    'what answers at --url, where its address does not tell; or by which the emulated function is called (default: url)',
  ).choices(['url', 'http-api', 'invoke']);

export const noTracesOption = () => flag('no-traces', "do not look for the calls' X-Ray traces");

export const noLogsOption = () => flag('no-logs', "do not look for the calls' log lines");

export const noMetricsOption = () => flag('no-metrics', 'do not ask CloudWatch for its figures of the run');

export const metricPatienceOption = () =>
  option(
    'metric-patience',
    '<time>',
    'after the last call, for CloudWatch to know of all calls (default: 5m; emulated 5s)',
  ).argParser(positiveDuration('--metric-patience', LONGEST_TIMER_MS));

export const metricDelayOption = () =>
  option('metric-delay', '<time>', 'from the end of a call until it counts in the metrics').argParser(
    positiveDuration('--metric-delay', LONGEST_TIMER_MS),
  );

export const traceIntervalOption = (emulated = '1s') =>
  option(
    'trace-interval',
    '<time>',
    `between two looks for traces and log lines (default: 5s; emulated ${emulated})`,
  ).argParser(positiveDuration('--trace-interval', LONGEST_TIMER_MS));

export const traceAttemptsOption = () =>
  option('trace-attempts', '<n>', 'looks for those of one call while the run goes on')
    .default(10)
    .argParser(wholeNumber('--trace-attempts', 1));

export const traceRateOption = () =>
  option('trace-rate', '<n>', 'calls a second that ask for an X-Ray trace at most; the others ask for none')
    .default(1)
    .argParser(rate('--trace-rate', 1_000));

export const tracePatienceOption = () =>
  option(
    'trace-patience',
    '<time>',
    'after the last call, for those not found (default: 3m; emulated 5s and --trace-delay)',
  ).argParser(positiveDuration('--trace-patience', LONGEST_TIMER_MS));

export const maxCostOption = () =>
  option(
    'max-cost',
    '<USD>',
    'end the run before its calls would cost more on AWS: an estimate by billed time and published prices (what is in flight before the first answer has no price yet)',
  ).argParser(amount('--max-cost'));

/** Repeatable. Values stay secret: nothing but the name is ever shown. */
export const headerOption = () =>
  option(
    'header',
    "<'Name: value'>",
    'sent with each call to --url; may be repeated; its value is kept secret',
  ).argParser(entry(':', '--header must be a name, a colon and a value', "write it like --header 'X-Api-Key: ...'"));

export const timeoutOption = () =>
  option('timeout', '<time>', 'a call that has not ended by then has failed')
    .default(...defaultDuration('30s'))
    .argParser(positiveDuration('--timeout', LONGEST_TIMEOUT_MS));

export const connectionOption = () =>
  option('connection', '<mode>', 'keep: use one again for as long as the server lets it; new: one for each call')
    .default('keep')
    .choices(['keep', 'new']);

export const memoryOption = () =>
  option('memory', '<MB>', 'memory of the emulated function')
    .default(1024)
    .argParser(wholeNumber('--memory', 128, 10_240));

export const memoryListOption = () =>
  option('memory', '<list>', 'memory sizes in MB, with commas between (default: 512,1024,1769,3008)').argParser(
    listOfNumbers('--memory', 128, 10_240),
  );

export const idleTimeoutOption = () =>
  option('idle-timeout', '<time>', 'the emulator ends an environment that had no call for so long')
    .default(...defaultDuration('6m'))
    .argParser(positiveDuration('--idle-timeout', LONGEST_TIMER_MS));

export const idleHalfLifeOption = () =>
  option(
    'idle-half-life',
    '<time>',
    'it ends one after a random time instead, half of them by then, all by --idle-timeout',
  ).argParser(positiveDuration('--idle-half-life', LONGEST_TIMER_MS));

export const maxAgeOption = () =>
  option('max-age', '<time>', 'an older environment takes no more calls').argParser(
    positiveDuration('--max-age', LONGEST_TIMER_MS),
  );

export const proactiveOption = () =>
  option('proactive', '<n>', 'environments that the emulator initialises ahead of any call')
    .default(0)
    .argParser(wholeNumber('--proactive', 0, MOST_ENVIRONMENTS));

export const concurrencyOption = (description = 'calls beyond so many at once are answered with 429') =>
  option('concurrency', '<n>', description)
    .default(10)
    .argParser(wholeNumber('--concurrency', 1, MOST_ENVIRONMENTS));

export const functionTimeoutOption = () =>
  option('timeout', '<time>', "the function's own: a call is ended then", 'function-timeout')
    .default(...defaultDuration('30s'))
    .argParser(positiveDuration('--timeout', LONGEST_FUNCTION_TIMEOUT_MS));

export const limitsOption = () =>
  option(
    'limits',
    '<mode>',
    'auto: the emulated function gets the CPU and memory that Lambda gives for --memory, where the system lets us; off: all',
  )
    .default('auto')
    .choices(['auto', 'off']);

export const cpuPeriodOption = () =>
  option('cpu-period', '<time>', 'of its CPU quota: how long it waits at most once that is used up')
    .default(...defaultDuration('20ms'))
    .argParser(positiveDuration('--cpu-period', 1_000));

export const initBoostOption = () =>
  flag('init-boost', 'its initialisation gets two CPUs, whatever the memory, as others have measured it on AWS');

export const traceLayoutOption = () =>
  option('trace-layout', '<layout>', "of the emulator's traces: AWS writes both")
    .default(TRACE_LAYOUTS[0])
    .choices(TRACE_LAYOUTS);

export const traceDelayOption = () =>
  option('trace-delay', '<time>', "from a call's end until the emulator shows its trace (default: none)").argParser(
    positiveDuration('--trace-delay', LONGEST_TIMER_MS),
  );

export const tracePartialOption = () =>
  option('trace-partial', '<when>', "the function's half of a trace comes a second later (late), or never (always)")
    .default(TRACE_PARTIALS[0])
    .choices(TRACE_PARTIALS);

export const samplingOption = () =>
  option('sampling', '<which>', 'calls that leave a trace: all; as Lambda where no client decides; none')
    .default(SAMPLINGS[0])
    .choices(SAMPLINGS);

export const logFormatOption = () =>
  option('log-format', '<format>', 'of the lines that Lambda itself writes')
    .default(LOG_FORMATS[0])
    .choices(LOG_FORMATS);

export const portOption = () =>
  option('port', '<n>', 'of the Function URL; the HTTP API gets the next, the AWS endpoint the one after; 0: any three')
    .default(0)
    .argParser(wholeNumber('--port', 0, MOST_PORT));

export const bootstrapOption = () =>
  option('bootstrap', "<'command'>", 'any program that speaks the Runtime API (default: our own handler)').argParser(
    something('--bootstrap'),
  );

export const taskRootOption = () =>
  option(
    'task-root',
    '<folder>',
    'folder of a function for Node, or where --bootstrap is started (default: the current folder)',
  ).argParser(something('--task-root'));

export const handlerOption = () =>
  option(
    'handler',
    '<name>',
    '_HANDLER: file.export of the folder (default: index.handler, or the last word of --bootstrap)',
  ).argParser(something('--handler'));

/** Repeatable. */
export const envOption = () =>
  option('env', '<NAME=value>', "a variable of the function's; may be repeated").argParser(
    entry('=', '--env must be a name, = and a value', 'write it like --env LOG_LEVEL=debug'),
  );
