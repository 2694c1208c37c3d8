/** Where the AWS SDK would find credentials and a region, without asking anybody: variables and files only. */
import { getProfileName, loadSharedConfigFiles } from '@smithy/core/config';

export interface CredentialSources {
  /** In words: `AWS_ACCESS_KEY_ID`, `profile default`, ...; absent when there are none to be seen. */
  readonly credentials?: string;
  readonly region?: string;
  /** Named by `AWS_PROFILE`, and in no file. */
  readonly missingProfile?: string;
}

/** Members by which a profile leads to credentials. Source: AWS SDKs and Tools reference, "Shared config and credentials files". */
const OF_A_PROFILE = [
  'aws_access_key_id',
  'sso_session',
  'sso_start_url',
  'login_session',
  'role_arn',
  'web_identity_token_file',
  'credential_process',
];

/** Set where a service of AWS gives credentials to what runs in it. */
const OF_A_SERVICE = [
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** An instance's own credentials cannot be seen in this way: they are told by its network. */
export async function credentialSources(env: NodeJS.ProcessEnv): Promise<CredentialSources> {
  const name = getProfileName({});
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const profile: Record<string, string | undefined> | undefined =
    configFile[name] === undefined && credentialsFile[name] === undefined
      ? undefined
      : { ...configFile[name], ...credentialsFile[name] };
  const region = env.AWS_REGION || profile?.region;
  const missing = env.AWS_PROFILE !== undefined && env.AWS_PROFILE !== '' && profile === undefined;
  const credentials = missing ? undefined : sourceOf(env, name, profile);
  return {
    ...(credentials !== undefined && { credentials }),
    ...(region !== undefined && { region }),
    ...(missing && { missingProfile: name }),
  };
}

/** In the order of the SDK: a profile that is named goes before variables. */
function sourceOf(
  env: NodeJS.ProcessEnv,
  name: string,
  profile: Record<string, string | undefined> | undefined,
): string | undefined {
  const variables = env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY ? 'AWS_ACCESS_KEY_ID' : undefined;
  const leads = profile !== undefined && OF_A_PROFILE.some(member => profile[member] !== undefined);
  const byProfile = leads ? `profile ${name}` : undefined;
  const service = OF_A_SERVICE.find(variable => env[variable]);
  return (env.AWS_PROFILE ? byProfile : (variables ?? byProfile)) ?? service;
}
