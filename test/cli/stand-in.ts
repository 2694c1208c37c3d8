/** The emulator in the place of AWS, for commands as the documents show them: its addresses and its function for those that they name. */
import { type Program, until } from './program.ts';

export interface StandIn {
  /** The command, aimed at the emulator. */
  aimed(line: string): string;
  /** Nothing of the user's; what is not found at once is not waited for. */
  readonly env: Readonly<Record<string, string>>;
}

/** Of the function, and of the stack that has made it. */
const NAME = 'resnet-bench';

/** One for all commands of a file, ended with its tests. */
export async function standIn(program: Program): Promise<StandIn> {
  const running = await program.start(['emulate', '--json']);
  const line = await until('the addresses of the emulator', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]);
  const { functionUrl, httpApiUrl, invokeEndpoint } = JSON.parse(line) as Record<string, string>;
  // An address tells its front door only on AWS.
  const at = (url: string) =>
    /\.execute-api\.|\/\/api\./.test(url)
      ? `${httpApiUrl}classify --front-door http-api`
      : `${functionUrl} --front-door url`;
  return {
    aimed: line =>
      line
        .replace(/--(function|stack) \S+|aws outputs \S+/g, words => words.replace(/\S+$/, NAME))
        .replace(/https?:\/\/\S+/g, at),
    env: {
      ...{ AWS_ENDPOINT_URL: invokeEndpoint!, AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
      ...{
        RESNET_BENCH_TRACE_INTERVAL: '50ms',
        RESNET_BENCH_TRACE_PATIENCE: '2s',
        RESNET_BENCH_METRIC_PATIENCE: '500ms',
      },
    },
  };
}
