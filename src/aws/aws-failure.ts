/** What AWS refuses with, by what can be done about it. */
import { messageOf } from '../core/errors.ts';

export type AwsFailureKind =
  /** None are found, or they are no longer good. */
  | 'credentials'
  | 'expired'
  /** The one who asks may not. */
  | 'denied'
  /** No region is known. */
  | 'region'
  /** This clock and that of AWS are too far apart for a signature. */
  | 'clock'
  | 'not-found'
  /** Somebody else changes the same thing just now, or has done so since it was read. */
  | 'conflict'
  | 'throttled'
  /** No answer, or one that says that the service has trouble. */
  | 'unavailable'
  | 'other';

export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  readonly kind: AwsFailureKind;
  /** As a policy names it: `xray:BatchGetTraces`. */
  readonly operation: string;
  /** AWS's own name of the error. */
  readonly code: string;

  /** `about`: what was asked for, where AWS's own words do not say. */
  constructor(thrown: unknown, operation: string, about?: string) {
    super(brief(about === undefined ? messageOf(thrown) : `${about}: ${messageOf(thrown)}`), { cause: thrown });
    this.code = codeOf(thrown);
    this.kind = kindOf(this.code, thrown);
    this.operation = operation;
  }

  /** Whether asking again may help. */
  get passes(): boolean {
    return this.kind === 'throttled' || this.kind === 'unavailable';
  }
}

/** Throws AwsFailure for whatever is thrown. */
export async function asked<T>(operation: string, ask: () => Promise<T>, about?: string): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    throw new AwsFailure(thrown, operation, about);
  }
}

const KINDS: readonly [RegExp, AwsFailureKind][] = [
  [/^(CredentialsProviderError|TokenProviderError|ProviderError)$/, 'credentials'],
  [/Expired.*Token|TokenExpired|^RequestExpired$/i, 'expired'],
  [/^(UnrecognizedClient|InvalidClientTokenId|MissingAuthenticationToken|IncompleteSignature)/, 'credentials'],
  [/^(AccessDenied|NotAuthorized|UnauthorizedOperation|OptInRequired)/, 'denied'],
  [/^(InvalidSignature|SignatureDoesNotMatch|RequestTimeTooSkewed|RequestInTheFuture)/, 'clock'],
  [/Throttl|TooManyRequests|LimitExceeded|RequestLimit|SlowDown/i, 'throttled'],
  [/^ResourceNotFound/, 'not-found'],
  [/^(ResourceConflict|PreconditionFailed)/, 'conflict'],
  [/^(TimeoutError|AbortError|ServiceUnavailable|InternalFailure|InternalServer|ServiceException)/, 'unavailable'],
];

function kindOf(code: string, thrown: unknown): AwsFailureKind {
  if (/Region is missing/i.test(messageOf(thrown))) return 'region';
  // CloudFormation's way of not finding a stack.
  if (code === 'ValidationError' && /does not exist/.test(messageOf(thrown))) return 'not-found';
  // A secret that does not belong to its key gives the same error as a clock that is wrong; only the text tells.
  if (
    /^SignatureDoesNotMatch|^InvalidSignature/.test(code) &&
    !/expired|not yet current|earlier|later/i.test(messageOf(thrown))
  ) {
    return 'credentials';
  }
  const named = KINDS.find(([pattern]) => pattern.test(code))?.[1];
  if (named !== undefined) return named;
  const status = statusOf(thrown);
  // Without a status there was no answer.
  return status === undefined || status >= 500 ? 'unavailable' : status === 403 ? 'denied' : 'other';
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'Error';
  return thrown.name === 'Error' && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
}

function statusOf(thrown: unknown): number | undefined {
  return (thrown as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

const LONGEST = 200;

function brief(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
