/**
 * Every command that README and docs show. All are taken by the program's own parser, so that no option is wrong, and all that can are run, block by
 * block, each in a folder that has what they name: on this machine, or against the emulator in the place of a deployed function. They are shortened by
 * some options, which come last and count. Of those that differ in values alone, which are the parser's, the first is run, and
 * of those with more and fewer options the one with more.
 */
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { pages, ROOT, read } from '../markdown.ts';
import {
  isElsewhere,
  leftOut,
  NOT_OURS,
  name,
  ours,
  runnable,
  shorterOf,
  shown,
  wordsOf,
} from './documented-commands.ts';
import { instancesOf } from './k6-instances.ts';
import { onlyRun, until, useProgram } from './program.ts';
import { type StandIn, standIn } from './stand-in.ts';

const program = useProgram();
/** They go on until they are ended; this is how they say that they are ready. */
const ENDLESS: Readonly<Record<string, RegExp>> = { emulate: /Function URL/, serve: /http:\/\// };
/** What stands for a run. */
const RUN_NAMES = /^(RUN|BEFORE|AFTER|BASELINE|[A-Z]\d)$/;
describe('the parser takes', () => {
  it.each(ours.filter(({ commands }) => commands.length > 0).map(one => [name(one), one] as const))(
    '%s',
    async (_, { commands }) => {
      for (const line of commands) {
        const tree = buildProgram({ signal: new AbortController().signal, exit: () => {} });
        const taken: string[] = [];
        const still = (command: typeof tree): void => {
          command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
          if (command.commands.length === 0) command.action(() => void taken.push(line));
          for (const sub of command.commands) still(sub);
        };
        still(tree);
        const words = wordsOf(line);
        const parsed = tree.parseAsync(words, { from: 'user' });
        if (words.some(word => ['--help', '--version'].includes(word))) await parsed.catch(() => {});
        else {
          await expect(parsed, line).resolves.toBeDefined();
          expect(taken).toEqual([line]);
        }
      }
    },
  );
});

describe('npm knows', () => {
  const scripts = pages().flatMap(page =>
    [...read(page).matchAll(/\bnpm run (?:-s |--silent )?([\w-]+)/g)].map(([, script]) => [page, script!] as const),
  );
  it.each(scripts)('of %s: npm run %s', async (_, script) => {
    const { scripts: known } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(Object.keys(known)).toContain(script);
  });

  it('of the options of npm run image', async () => {
    const lines = shown.flatMap(({ commands }) => commands.filter(line => line.startsWith('npm run image --')));
    const options = new Set(lines.flatMap(line => line.match(/--[a-z][\w-]*/g) ?? []));
    const script = `'${process.execPath}' node_modules/tsx/dist/cli.mjs lambda-image/main.ts --help`;
    const { stdout } = await program.shell(script, { cwd: ROOT });
    expect(stdout.match(/--[a-z][\w-]*/g)).toEqual(expect.arrayContaining([...options]));
    expect([...options]).toContain('--push');
  });
});

it('names what is not run here, and why', () => {
  const reasons = shown.flatMap(({ block, commands }) => commands.flatMap(line => leftOut(block, line) ?? []));
  const counts = [...new Set(reasons)].map(
    reason => `${reasons.filter(other => other === reason).length} of ${reason}`,
  );
  console.info(`shown, and not run by this file: ${counts.join(' · ')}`);
  expect([...new Set(reasons)].sort()).toEqual(['the network', ...NOT_OURS.map(([, reason]) => reason)].sort());
});

describe('the program runs', () => {
  let template: string;
  let aws: StandIn;
  beforeAll(async () => {
    template = await program.fresh();
    const picture = join(ROOT, 'fixtures', 'odd', '1x1.png');
    for (const file of ['dog.jpg', 'cat.jpg']) await cp(picture, join(template, file));
    await cp(program.model, join(template, 'resnet50-int8w.onnx'));
    const both = ['lambda', 'dog.jpg', '--target', 'local,lambda', '--iterations', '3', '--warmup', '0'];
    expect(await program.run(both, { cwd: template })).toMatchObject({ code: 0 });
    const run = await onlyRun(join(template, 'reports'));
    const named = ours.flatMap(({ commands }) =>
      commands.flatMap(line => wordsOf(line).flatMap(word => word.split(','))),
    );
    for (const word of new Set(named.filter(word => RUN_NAMES.test(word))))
      await cp(run, join(template, word), { recursive: true });
    aws = await standIn(program);
  });

  it.each(runnable.map(one => [name(one), one] as const))('%s', async (_, { block, commands }) => {
    const cwd = await program.fresh();
    await cp(template, cwd, { recursive: true });
    await mkdir(join(cwd, 'function'), { recursive: true });
    await provide(block.needs, cwd);
    for (const line of commands) await runLine(line, cwd, isElsewhere(block, line));
  });

  /** What the block says that it needs. */
  async function provide(needs: string | undefined, cwd: string): Promise<void> {
    if (needs === 'k6 and a function') {
      await cp(join(ROOT, 'fixtures', 'k6', 'constant.json.gz'), join(cwd, 'load.json.gz'));
    } else if (needs === 'the files of a distributed run') {
      await instancesOf(join(ROOT, 'fixtures', 'k6', 'constant.json.gz'), 3, i => join(cwd, `load-${i + 1}.json.gz`));
    } else if (needs === 'a run of load at an address') {
      const load = aws.aimed('resnet-bench load dog.jpg --url https://ID.lambda-url.eu-west-1.on.aws');
      // k6 takes no shorter one.
      const short = `${load} --rate 5 --duration 1s --out loads`;
      expect(await program.shell(short, { cwd, env: aws.env })).toMatchObject({ code: 0 });
      await cp(await onlyRun(join(cwd, 'loads')), join(cwd, 'RUN'), { recursive: true, force: true });
    }
  }

  async function runLine(shown: string, cwd: string, elsewhere: boolean): Promise<void> {
    const line = elsewhere ? aws.aimed(shown) : shown;
    const [command = ''] = wordsOf(line);
    const [, before = '', after = ''] = /^(.*?)(\s+(?:>|\||&&).*)?$/.exec(line)!;
    const short = `${before.replace(/^npx /, '')} ${shorterOf(line)}${after}`;
    expect(short).not.toContain('https://');
    const env = { GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'), ...(elsewhere && aws.env) };
    const ready = ENDLESS[command];
    if (ready !== undefined) {
      const running = await program.start(wordsOf(short), { cwd, env });
      await until(line, () => ready.test(running.stdout()));
      running.child.kill('SIGTERM');
      expect((await running.done).code, line).toBe(143);
      return;
    }
    const { code, stderr } = await program.shell(short, { cwd, env });
    // So few calls decide no threshold, and a soak that is whole cannot be resumed.
    const fine = /--threshold/.test(line) ? [0, 4] : command === 'resume' ? [2] : command === 'doctor' ? [0, 3] : [0];
    expect(fine, `${short}\n${stderr}`).toContain(code);
  }
});
