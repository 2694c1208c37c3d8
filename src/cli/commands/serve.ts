/** `resnet-bench serve`: the page, until it is interrupted. */
import { resolve } from 'node:path';
import { EXIT } from '../../core/errors.ts';
import { MB_PER_CPU } from '../../core/lambda-limits.ts';
import { parseAddress } from '../../runners/lambda-address.ts';
import { pageTargets } from '../../runs/page-targets.ts';
import { readTool } from '../../runs/record-head.ts';
import { isLoopback } from '../../web/allowed.ts';
import { servePage } from '../../web/serve.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { withModelProgress } from '../model-progress.ts';
import { withStack } from '../stack-options.ts';

export interface ServeCommandOptions extends Omit<FunctionOptions, 'target'> {
  readonly host: string;
  readonly port: number;
}

/** Resolves when it has ended, with the exit code; main knows that of a signal. `given` tells which options stood on the command line. */
export async function runServe(
  options: ServeCommandOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const { host, port, out } = options;
  const asked: FunctionOptions = { ...options, target: ['local', 'lambda'] };
  refuseWithoutEffect(asked, given);
  const whole = { ...(await withStack(asked, given, signal)), host, port };
  const targets = await withModelProgress(onEvent => pageTargets(targetOptionsOf([], whole), { signal, onEvent }));
  const page = await servePage({
    ...{ listening: { host, port }, targets, lambda: lambdaWords(whole), version: readTool().version },
    ...{ outDir: resolve(out), shownOutDir: out },
  });
  if (!isLoopback(host)) process.stderr.write(openWarning(host));
  process.stdout.write(introduce(whole, page.port));
  await new Promise<void>(ended => {
    if (signal.aborted) ended();
    signal.addEventListener('abort', () => ended(), { once: true });
  });
  await page.close();
  return EXIT.ok;
}

/** What answers as Lambda; of an address what may be shown. */
function lambdaWords({ url, function: functionName, memory, limits }: ServeCommandOptions): string {
  if (url !== undefined) return parseAddress(url).shown;
  if (functionName !== undefined) return functionName;
  const share = limits === 'off' ? 'no CPU limit' : `${(memory / MB_PER_CPU).toFixed(2)} CPU where this system lets us`;
  return `emulated, ${memory} MB, ${share}`;
}

function introduce(options: ServeCommandOptions, port: number): string {
  const { host, url, function: functionName, out } = options;
  const deployed = url !== undefined || functionName !== undefined;
  return `page     ${addressOf(host, port)}
Lambda   ${lambdaWords(options)}${deployed ? '; each call to it is paid for' : '; started with the first picture'}
reports  ${out}
Ctrl-C ends it.
`;
}

/** As one types it: a wildcard is no address of anybody's. */
function addressOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}/`;
}

function openWarning(host: string): string {
  return `warning: whoever reaches ${host} can use this page: there is no password. They can use this machine's processors, call the function at your cost and read the reports; without --host only this machine can\n`;
}
