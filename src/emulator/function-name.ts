/** Names by which the Lambda API is asked for a function. */
import { type EmulatorConfig, functionArn } from './config.ts';
import type { Request } from './server.ts';

/** The ARN of what was asked for when it is not this function: name, partial or full ARN, with or without a qualifier. */
export function whatIsUnknown(request: Request, config: EmulatorConfig): string | undefined {
  const { name } = request.params as { name: string };
  const { Qualifier } = request.query as { Qualifier?: string };
  const [, prefix = '', plain = '', suffix] =
    /^(arn:aws:lambda:[^:]+:\d{12}:function:|\d{12}:function:)?([^:]+)(?::(.+))?$/.exec(name) ?? [];
  const qualifier = Qualifier ?? suffix ?? '$LATEST';
  const ours = functionArn(config);
  if (plain === config.functionName && ours.endsWith(`${prefix}${plain}`) && qualifier === '$LATEST') return undefined;
  const asked = ours.slice(0, -config.functionName.length) + plain;
  return qualifier === '$LATEST' ? asked : `${asked}:${qualifier}`;
}

export function functionNotFound(arn: string): { Type: string; Message: string } {
  return { Type: 'User', Message: `Function not found: ${arn}` };
}
