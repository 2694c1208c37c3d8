/** The address of a function: what of it may be shown, what tells its front door, and what must stay secret. */
import { unescape as percentDecode } from 'node:querystring';
import { UsageError } from '../core/errors.ts';

export interface Address {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, as they are requested. */
  readonly path: string;
  /** Without user, password, query and fragment. */
  readonly shown: string;
  /** From user and password, if there are any. */
  readonly authorization?: string;
  /** Absent when the address does not tell. */
  readonly frontDoor?: 'url' | 'http-api';
  readonly region?: string;
  /** User and password, and the query: as they are written, and what that means. */
  readonly credentials: readonly string[];
  readonly query: readonly string[];
}

const HINT = 'resnet-bench lambda --url https://...; a Function URL or the address of an HTTP API';
/** Hosts as AWS gives them: https://ID.lambda-url.REGION.on.aws and https://ID.execute-api.REGION.amazonaws.com. */
const FRONT_DOORS = [
  ['url', /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/],
  ['http-api', /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/],
] as const;

/** Throws UsageError, which shows nothing of what was given but a true scheme: in `user:word@host` it would be the user. */
export function parseAddress(given: string): Address {
  if (!URL.canParse(given)) throw new UsageError('the address of the function is not a URL', HINT);
  const url = new URL(given);
  const { protocol, origin, pathname, search, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    const not = url.href.startsWith(`${protocol}//`) ? `, not ${protocol}` : '';
    throw new UsageError(`the address of the function must begin with http:// or https://${not}`, HINT);
  }
  const user = [username, password].map(percentDecode);
  return {
    origin,
    path: pathname + search,
    shown: origin + pathname,
    ...(username + password !== '' && {
      authorization: `Basic ${Buffer.from(user.join(':')).toString('base64')}`,
    }),
    ...frontDoorOf(url.hostname),
    credentials: [username, password, ...user],
    query: [search.slice(1), ...queryValues(url)],
  };
}

/** True when `shown` is not all of it. Throws UsageError as `parseAddress` does. */
export function holdsSecret(given: string): boolean {
  const { origin, path, shown, authorization } = parseAddress(given);
  return authorization !== undefined || origin + path !== shown;
}

function frontDoorOf(hostname: string): Pick<Address, 'frontDoor' | 'region'> {
  for (const [frontDoor, pattern] of FRONT_DOORS) {
    const region = pattern.exec(hostname)?.[1];
    if (region !== undefined) return { frontDoor, region };
  }
  return {};
}

/** Written and decoded. */
function queryValues({ search, searchParams }: URL): string[] {
  const written = search.slice(1).split('&');
  return [...written.map(pair => pair.slice(pair.indexOf('=') + 1)), ...searchParams.values()];
}
