/** `resnet-bench resume`: the whole is judged by what the run began with, its own prices and its step summary too. */
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { complaint, runWithSamples, useProgram } from './program.ts';
import { PICTURES } from './soaking.ts';

const program = useProgram();

it('goes on with the prices and the summary of its beginning', async () => {
  const cwd = await program.fresh();
  const shown = await program.run(['cost', '--show-prices'], { cwd });
  const list = { ...JSON.parse(shown.stdout), asOf: '2030-01-01', region: 'eu-west-1' };
  await writeFile(join(cwd, 'prices.json'), JSON.stringify(list));
  const env = { GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') };
  const soak = ['soak', '--target', 'lambda', '--interval', '200ms', '--duration', '3s', PICTURES[0]!];
  const judging = ['--prices', 'prices.json', '--github-summary', '--max-cost', '5'];
  const running = await program.start([...soak, ...judging], { cwd, env });
  const folder = await runWithSamples(join(cwd, 'reports'), 2);
  running.child.kill('SIGINT');
  expect((await running.done).code).toBe(130);
  expect(existsSync(env.GITHUB_STEP_SUMMARY)).toBe(true);

  // A list that has gone is told before anything is measured, from wherever it is resumed.
  await rename(join(cwd, 'prices.json'), join(cwd, 'gone.json'));
  const elsewhere = await program.fresh();
  const args = ['resume', basename(folder), '--out', join(cwd, 'reports')];
  expect(complaint(await program.run(args, { cwd: elsewhere, env }))).toMatchObject({
    code: 2,
    error: expect.stringContaining(`--prices ${join(cwd, 'prices.json')} cannot be read`),
  });
  await rename(join(cwd, 'gone.json'), join(cwd, 'prices.json'));
  const { code, stdout } = await program.run(args, { cwd: elsewhere, env });
  expect(code).toBe(0);
  expect(stdout).toContain('an estimate at the prices of 2030-01-01 in eu-west-1');
  const summary = await readFile(env.GITHUB_STEP_SUMMARY, 'utf8');
  expect(summary.match(/^## resnet-bench soak: /gm)).toHaveLength(2);
  expect(summary.match(/prices of 2030-01-01 in eu-west-1/g)!.length).toBeGreaterThanOrEqual(2);
}, 60_000);
