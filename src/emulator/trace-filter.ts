/** Filter expressions of X-Ray, those that ask for a function: `resource.arn ENDSWITH ":function:NAME"`, `resource.arn = "ARN"`, `service("NAME")`, joined by AND. */
import { type EmulatorConfig, functionArn } from './config.ts';

type Condition =
  | { readonly by: 'arn'; readonly operator: string; readonly text: string }
  | { readonly by: 'service'; readonly text: string };

export type TraceFilter = readonly Condition[];

const ARN = /^resource\.arn\s*(=|!=|BEGINSWITH|ENDSWITH|CONTAINS)\s*"([^"]*)"$/i;
const SERVICE = /^service\(\s*"([^"]*)"\s*\)$/i;

/** Undefined for what X-Ray would refuse, and for what it would take and the emulator does not know: an empty answer to that would be a wrong one. */
export function parseTraceFilter(expression: string): TraceFilter | undefined {
  const parts = expression.trim() === '' ? [] : expression.split(/\s+AND\s+/i);
  const conditions = parts.map(part => conditionOf(part.trim()));
  return conditions.every(condition => condition !== undefined) ? conditions : undefined;
}

/** Whether the traces of this function are meant. */
export function matches(filter: TraceFilter, config: EmulatorConfig): boolean {
  return filter.every(condition =>
    condition.by === 'service' ? condition.text === config.functionName : compare(condition, functionArn(config)),
  );
}

function conditionOf(part: string): Condition | undefined {
  const [, operator, text] = ARN.exec(part) ?? [];
  if (operator !== undefined && text !== undefined) return { by: 'arn', operator: operator.toUpperCase(), text };
  const name = SERVICE.exec(part)?.[1];
  return name === undefined ? undefined : { by: 'service', text: name };
}

function compare({ operator, text }: { operator: string; text: string }, arn: string): boolean {
  switch (operator) {
    case '=':
      return arn === text;
    case '!=':
      return arn !== text;
    case 'BEGINSWITH':
      return arn.startsWith(text);
    case 'ENDSWITH':
      return arn.endsWith(text);
    default:
      return arn.includes(text);
  }
}
