/** CloudWatch Logs' API, as far as somebody who looks for log lines needs it. Source: CloudWatch Logs API reference, FilterLogEvents. */
import { z } from 'zod';
import { ApiError, type Operation } from './aws-api.ts';
import type { EmulatorConfig } from './config.ts';
import { logGroup } from './environment-variables.ts';
import { type LinePattern, parseLinePattern } from './line-pattern.ts';
import type { FunctionLog, LogLine } from './log.ts';

const MOST_EVENTS = 10_000;

const filterInput = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamNames: z.array(z.string()).max(100).optional(),
  logStreamNamePrefix: z.string().optional(),
  /** Milliseconds since 1970. */
  startTime: z.number().optional(),
  endTime: z.number().optional(),
  filterPattern: z.string().optional(),
  nextToken: z.string().optional(),
  limit: z.int().min(1).max(MOST_EVENTS).default(MOST_EVENTS),
});

export function filterLogEvents(config: EmulatorConfig, log: FunctionLog): Operation<z.output<typeof filterInput>> {
  return {
    name: 'logs:FilterLogEvents',
    protocol: 'json',
    input: filterInput,
    answer: input => {
      const group =
        input.logGroupName ?? input.logGroupIdentifier?.replace(/^arn:aws:logs:[^:]*:\d{12}:log-group:/, '');
      if (group === undefined) throw new ApiError('InvalidParameterException', 'name a log group');
      if (group !== logGroup(config)) {
        throw new ApiError('ResourceNotFoundException', 'The specified log group does not exist.');
      }
      const pattern = parseLinePattern(input.filterPattern ?? '');
      if (pattern === undefined) throw new ApiError('InvalidParameterException', 'Invalid filter pattern');
      // The number of the last line that was given: the ring forgets, and lines go on coming.
      const after = Number(input.nextToken ?? -1);
      if (!Number.isInteger(after))
        throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
      const found = log.lines().filter(line => line.number > after && fits(line, input, pattern));
      const page = found.slice(0, input.limit);
      return {
        events: page.map(eventOf),
        searchedLogStreams: [],
        ...(page.length < found.length && { nextToken: String(page.at(-1)!.number) }),
      };
    },
  };
}

function fits(
  { epochMs, stream, text }: LogLine,
  {
    startTime = 0,
    endTime = Number.POSITIVE_INFINITY,
    logStreamNames,
    logStreamNamePrefix = '',
  }: z.output<typeof filterInput>,
  pattern: LinePattern,
): boolean {
  if (epochMs < startTime || epochMs > endTime || !stream.startsWith(logStreamNamePrefix)) return false;
  return (logStreamNames?.includes(stream) ?? true) && pattern(text);
}

function eventOf({ epochMs, stream, text, number }: LogLine): object {
  return {
    logStreamName: stream,
    timestamp: epochMs,
    message: text,
    ingestionTime: epochMs,
    eventId: String(number).padStart(56, '0'),
  };
}
