/** What the doctor makes of what it is told: configurations, clocks, neighbours, versions, files with credentials. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { clock, foundCredentials } from '../../src/doctor/aws-checks.ts';
import { soon } from '../../src/doctor/finding.ts';
import { configurationFindings } from '../../src/doctor/function-findings.ts';
import { judgeNeighbours, node, processors } from '../../src/doctor/machine-checks.ts';

describe("a function's configuration", () => {
  const well = {
    functionName: 'f',
    memoryMb: 1024,
    timeoutMs: 30_000,
    tracing: 'Active',
    logFormat: 'Text',
    state: 'Active',
  } as const;
  const found = (more: object) => configurationFindings('f', { ...well, ...more });

  it('is well', () => {
    expect(found({}).map(({ name, mark }) => [name, mark])).toEqual([
      ['function', 'ok'],
      ['tracing', 'ok'],
      ['log', 'ok'],
    ]);
    expect(found({})[0]!.fact).toBe('f · 1024 MB · timeout 30 s · Active');
  });

  it.each([
    [
      { state: 'Failed', stateReason: 'the image is gone' },
      'function',
      'broken',
      /the image is gone/,
      /deploy it again/,
    ],
    [{ state: 'Inactive' }, 'function', 'warning', /Inactive/, /lambda --function \S+ --iterations 1/],
    [{ state: 'Pending' }, 'function', 'warning', /Pending/, /wait function-active-v2/],
    [{ updateStatus: 'InProgress' }, 'function', 'warning', /update InProgress/, /wait function-updated-v2/],
    [{ updateStatus: 'Failed' }, 'function', 'warning', /update Failed/, /get-function-configuration/],
    [{ tracing: 'PassThrough' }, 'tracing', 'warning', /no traces/, /--tracing-config Mode=Active/],
    [{ logFormat: 'JSON', systemLogLevel: 'WARN' }, 'log', 'warning', /JSON WARN/, /SystemLogLevel=DEBUG/],
  ] as const)('%j', (more, name, mark, fact, mend) => {
    const finding = found(more).find(one => one.name === name)!;
    expect(finding.mark).toBe(mark);
    expect(finding.fact).toMatch(fact);
    expect(finding.mend).toMatch(mend);
  });

  it('that nobody tells is no warning', () => {
    expect(configurationFindings('f', {}).map(({ mark }) => mark)).toEqual(['ok', 'note', 'note']);
  });
});

describe('the clock', () => {
  it.each([
    [{ leastMs: -300, mostMs: 700 }, 'ok', /agrees/],
    [{ leastMs: 400, mostMs: 900 }, 'ok', /0\.4 s behind/],
    [{ leastMs: 4_000, mostMs: 5_000 }, 'warning', /4\.0 s behind/],
    [{ leastMs: -61_000, mostMs: -60_000 }, 'warning', /60\.0 s ahead of/],
    [{ leastMs: -901_000, mostMs: -900_000 }, 'broken', /900\.0 s ahead of/],
  ] as const)('%j', (offset, mark, fact) => {
    expect(clock(offset)).toMatchObject({ mark, fact: expect.stringMatching(fact) });
  });
});

describe('this machine', () => {
  it.each([
    [0.01, 0, 'ok'],
    [0.19, 0.01, 'ok'],
    [0.5, undefined, 'warning'],
    [0.05, 0.03, 'warning'],
  ] as const)('whose neighbours take %d of it, %d stolen: %s', (others, stolen, mark) => {
    expect(judgeNeighbours(others, stolen).mark).toBe(mark);
  });

  it.each([
    ['20.8.1', 'broken'],
    ['18.20.0', 'broken'],
    ['20.9.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('with Node %s: %s', (version, mark) => {
    expect(node(version).mark).toBe(mark);
  });

  it.skipIf(process.arch !== 'x64')('is slow without AVX2', () => {
    expect(processors(['sse4_2', 'avx']).mark).toBe('warning');
    expect(processors(['avx', 'avx2'])).toMatchObject({ mark: 'ok', fact: expect.stringContaining('avx2') });
    expect(processors(undefined).mark).toBe('ok');
  });
});

describe('a question', () => {
  const never = () => new Promise<never>(() => {});

  it('is waited for two seconds, whoever may still be silent', async () => {
    await expect(soon(new AbortController().signal, never)).rejects.toThrow('no answer within 2 s');
  });

  it('ends with the program, also before it is asked', async () => {
    const aborter = new AbortController();
    const asked = soon(aborter.signal, never);
    aborter.abort(new Error('Ctrl-C'));
    await expect(asked).rejects.toThrow('Ctrl-C');
    await expect(soon(aborter.signal, never)).rejects.toThrow('Ctrl-C');
  });
});

describe('credentials that can be seen', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resnet-bench-credentials-'));
    await writeFile(
      join(folder, 'config'),
      '[default]\nregion = eu-west-1\n[profile sso]\nsso_session = s\nregion = eu-north-1\n',
    );
    await writeFile(join(folder, 'credentials'), '[default]\naws_access_key_id = x\naws_secret_access_key = secret\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const facts = async (env: Record<string, string>, files = true) => {
    for (const name of Object.keys(process.env).filter(name => name.startsWith('AWS_'))) vi.stubEnv(name, undefined);
    const at = (file: string) => join(folder, files ? file : 'nowhere');
    const all = { AWS_CONFIG_FILE: at('config'), AWS_SHARED_CREDENTIALS_FILE: at('credentials'), ...env };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
    return foundCredentials(process.env);
  };

  it('are those that the SDK would take', async () => {
    const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect((await facts({})).fact).toMatch(/^by profile default, region eu-west-1;/);
    expect((await facts({ AWS_PROFILE: 'sso' })).fact).toMatch(/^by profile sso, region eu-north-1;/);
    expect((await facts(keys)).fact).toMatch(/^by AWS_ACCESS_KEY_ID, region eu-west-1;/);
    expect((await facts({ ...keys, AWS_PROFILE: 'sso' })).fact).toMatch(/^by profile sso/);
    expect((await facts({ ...keys, AWS_REGION: 'us-west-2' }, false)).fact).toMatch(
      /^by AWS_ACCESS_KEY_ID, region us-west-2;/,
    );
    expect((await facts({ AWS_WEB_IDENTITY_TOKEN_FILE: '/x' }, false)).fact).toMatch(
      /^by AWS_WEB_IDENTITY_TOKEN_FILE, no region;/,
    );
    expect(await facts({}, false)).toMatchObject({ mark: 'note', fact: expect.stringMatching(/^none to be seen/) });
    expect(await facts({ AWS_PROFILE: 'nobody' })).toMatchObject({
      mark: 'warning',
      mend: 'aws configure list-profiles',
    });
  });

  it('show no secret', async () => {
    expect(JSON.stringify(await facts({}))).not.toContain('secret;');
    expect(JSON.stringify(await facts({ AWS_ACCESS_KEY_ID: 'AKIAX', AWS_SECRET_ACCESS_KEY: 'hidden' }))).not.toMatch(
      /AKIAX|hidden/,
    );
  });
});
