/** How the clients of AWS are opened: on AWS itself the SDK's own way, on the emulator with nothing of the user's. */
import { Readable } from 'node:stream';

export interface AwsAccess {
  /** Address of the emulator's AWS endpoint. Absent: AWS, or what `AWS_ENDPOINT_URL` names. */
  readonly emulator?: string;
  /** Of something that takes AWS's place, with the user's own credentials; as `AWS_ENDPOINT_URL` says when absent. */
  readonly endpoint?: string;
  /** As the address of the function tells it; else the SDK looks for it, as for credentials. */
  readonly region?: string;
}

/** What a user of the emulator is, whoever they are. */
const NOBODY = { accessKeyId: 'AKIAEMULATEDEMULATED', secretAccessKey: 'emulated' } as const;
const EMULATED_REGION = 'us-east-1';

/** Settings that the clients of all services take. Retries are ours to make: a search is asked again at its own pace. */
export function clientSettings({ emulator, endpoint, region }: AwsAccess) {
  // It would warn of each Node that it will not support some day, in the middle of a run.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const settings = { maxAttempts: 1 } as const;
  if (emulator === undefined) {
    return { ...settings, ...(endpoint !== undefined && { endpoint }), ...(region !== undefined && { region }) };
  }
  return {
    ...settings,
    endpoint: emulator,
    region: EMULATED_REGION,
    credentials: NOBODY,
    // Each of these would be looked up in the user's files.
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: '',
  } as const;
}

/**
 * Settings of a client for one request before the run that goes nowhere: what the first request of a kind compiles and loads (some 10 ms in one piece) would
 * otherwise hold up a call.
 */
export function rehearsalSettings() {
  const answer = () => ({
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: Readable.from([Buffer.from('{}')]),
  });
  return {
    ...clientSettings({ emulator: 'http://rehearsal' }),
    requestHandler: { handle: async () => ({ response: answer() }) },
  };
}

/** A service that does not answer must not hold up the end of a run. */
const ANSWER_MS = 15_000;

/** Of one request: the caller's, or a service that says nothing. */
export function patience(signal: AbortSignal): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) };
}
