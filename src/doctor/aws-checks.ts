/** What AWS tells: whose credentials these are, how the clocks differ, how the function is set up, where traces go. */
import type { AwsAccess } from '../aws/access.ts';
import { AwsFailure } from '../aws/aws-failure.ts';
import type { Offset } from '../aws/clock-offset.ts';
import { type CredentialSources, credentialSources } from '../aws/credential-sources.ts';
import { Identities } from '../aws/identity-client.ts';
import { LambdaApi } from '../aws/lambda-client.ts';
import { Xray } from '../aws/xray-client.ts';
import { messageOf } from '../core/errors.ts';
import { type Finding, soon } from './finding.ts';
import { configurationFindings } from './function-findings.ts';

/** Asks nobody. `asked`: whether somebody will be. */
export async function foundCredentials(env: NodeJS.ProcessEnv): Promise<Finding> {
  const name = 'credentials';
  let found: CredentialSources;
  try {
    found = await credentialSources(env);
  } catch (thrown) {
    return { name, mark: 'warning', fact: `the AWS files cannot be read: ${messageOf(thrown)}`, mend: 'aws configure' };
  }
  const { credentials, region, missingProfile } = found;
  if (missingProfile !== undefined) {
    const fact = `AWS_PROFILE is ${missingProfile}, and there is no such profile`;
    return { name, mark: 'warning', fact, mend: 'aws configure list-profiles' };
  }
  if (credentials === undefined) {
    return { name, mark: 'note', fact: 'none to be seen in variables or files; only what is on AWS needs them' };
  }
  const where = region === undefined ? 'no region' : `region ${region}`;
  const fact = `by ${credentials}, ${where}; not tried out: --function, --url or --stack does that`;
  return { name, mark: 'note', fact };
}

/** Undefined when there is such a profile, or none is named. Asks nobody: the SDK would say the same in many lines. */
export async function missingProfile(env: NodeJS.ProcessEnv): Promise<Finding | undefined> {
  const { missingProfile: missing } = await credentialSources(env).catch((): CredentialSources => ({}));
  if (missing === undefined) return undefined;
  const fact = `AWS_PROFILE is ${missing}, and there is no such profile`;
  return { name: 'credentials', mark: 'broken', fact, mend: 'aws configure list-profiles' };
}

/** `named`: the function as on the command line, for hints. `reached`: AWS knows who asks, so that it can be asked more. */
export async function identity(
  access: AwsAccess,
  named: string,
  signal: AbortSignal,
): Promise<{ findings: Finding[]; reached: boolean }> {
  const identities = await Identities.open(access);
  const name = 'credentials';
  try {
    const { accountId, arn, region } = await soon(signal, limit => identities.whose(limit));
    const who: Finding = { name, mark: 'ok', fact: `${arn}, account ${accountId}, region ${region}` };
    return { findings: [who, clock(identities.offset.range)], reached: true };
  } catch (thrown) {
    signal.throwIfAborted();
    const skewed = thrown instanceof AwsFailure && thrown.kind === 'clock';
    return {
      findings: [refused(name, thrown, named), ...(skewed ? [clock(identities.offset.range)] : [])],
      reached: false,
    };
  } finally {
    identities.close();
  }
}

/** Beyond it AWS takes no signature. Source: IAM user guide, "Troubleshooting signature errors". */
const MOST_SKEW_MS = 300_000;

/** Two clocks kept by NTP differ by less than the whole seconds of AWS's answers show. */
export function clock({ leastMs, mostMs }: Offset): Finding {
  const name = 'clock';
  if (leastMs <= 0 && mostMs >= 0) return { name, mark: 'ok', fact: "this machine's agrees with AWS's to the second" };
  const apartMs = leastMs > 0 ? leastMs : -mostMs;
  const fact = `this machine's is ${(apartMs / 1_000).toFixed(1)} s ${leastMs > 0 ? 'behind' : 'ahead of'} AWS's, at least`;
  const mark = apartMs > MOST_SKEW_MS ? 'broken' : apartMs > 1_000 ? 'warning' : 'ok';
  return { name, mark, fact, ...(mark !== 'ok' && { mend: 'set it by NTP: timedatectl set-ntp true' }) };
}

export async function configuration(
  access: AwsAccess,
  functionName: string,
  named: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const api = await LambdaApi.open(access);
  try {
    return configurationFindings(functionName, await soon(signal, limit => api.configuration(functionName, limit)));
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AwsFailure && thrown.kind === 'not-found') {
      const mend = 'is it in another region or account? AWS_REGION and AWS_PROFILE choose them';
      return [{ name: 'function', mark: 'broken', fact: `there is no function ${functionName}`, mend }];
    }
    const finding = refused('function', thrown, named);
    // It can be called all the same.
    return [thrown instanceof AwsFailure && thrown.kind === 'denied' ? { ...finding, mark: 'warning' } : finding];
  } finally {
    api.close();
  }
}

export async function destination(access: AwsAccess, named: string, signal: AbortSignal): Promise<Finding> {
  const xray = await Xray.open(access);
  const name = 'X-Ray';
  try {
    const found = await soon(signal, limit => xray.destination(limit));
    if (found !== 'CloudWatchLogs') return { name, mark: 'ok', fact: 'traces go where they are looked for' };
    return {
      name,
      mark: 'warning',
      fact: "this account's traces go to CloudWatch Logs (Transaction Search), where X-Ray does not find them",
      mend: 'aws xray update-trace-segment-destination --destination XRay; or do with log lines: --no-traces',
    };
  } catch (thrown) {
    signal.throwIfAborted();
    return { ...refused(name, thrown, named), mark: 'warning' };
  } finally {
    xray.close();
  }
}

/** Why AWS did not answer, and what helps. */
function refused(name: string, thrown: unknown, named: string): Finding {
  const finding = (fact: string, mend: string): Finding => ({ name, mark: 'broken', fact, mend });
  if (!(thrown instanceof AwsFailure)) {
    return finding(
      `AWS did not answer: ${messageOf(thrown)}`,
      'is there a way to the network? AWS_ENDPOINT_URL goes before it',
    );
  }
  const { kind, code, operation, message } = thrown;
  switch (kind) {
    case 'credentials':
      return finding(`none that AWS takes: ${message}`, 'aws configure, aws sso login, or AWS_PROFILE');
    case 'expired':
      return finding(`they have expired (${code})`, 'aws sso login, or a new session token');
    case 'region':
      return finding('no region is known', 'set AWS_REGION, or name the function by its ARN');
    case 'denied':
      return finding(
        `not allowed (${code}: ${operation})`,
        `allow what this prints: resnet-bench aws policy doctor ${named}`,
      );
    case 'clock':
      return finding(`AWS takes no signature by this clock (${code})`, 'set it by NTP: timedatectl set-ntp true');
    case 'unavailable':
      return finding(
        `AWS did not answer: ${message}`,
        'is there a way to the network? AWS_ENDPOINT_URL goes before it',
      );
    default:
      return finding(`AWS refused (${code}: ${operation}): ${message}`, 'try again; the AWS CLI may say more');
  }
}
