/**
 * Every command that README and docs show. All are taken by the program's own parser, so that no option is wrong; those that need nothing but this
 * machine are run too, block by block, each in a folder that has what they name, and shortened by the options in SHORTER, which come last and count.
 * Of those that differ in values alone the first is run: values are the parser's.
 */
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import parse from 'string-argv';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { type Block, blocksOf, commandsOf, pages, ROOT, read } from '../markdown.ts';
import { onlyRun, until, useProgram } from './program.ts';

const program = useProgram();
const OURS = /^(?:npx )?resnet-bench\s+/;
/** Of a deployed function, or of an account. */
const NEEDS_AWS = /https:\/\/|--function|--stack|\baws outputs/;

/** By command: what takes minutes as it is written. */
const SHORTER: Readonly<Record<string, string>> = {
  local: '--iterations 2 --warmup 0',
  lambda: '--iterations 2 --warmup 0',
  cold: '-n 1',
  warm: '--window 2 --margin 100% --duration 2s',
  load: '--rate 5 --duration 400ms',
  sweep: '--iterations 1 --rounds 1 --warmup 0 --memory 512,1024 --threads 1',
  soak: '--interval 200ms --duration 400ms',
};
/** They go on until they are ended; this is how they say that they are ready. */
const ENDLESS: Readonly<Record<string, RegExp>> = { emulate: /Function URL/, serve: /http:\/\// };
/** What stands for a run. */
const RUN_NAMES = /^(RUN|BEFORE|AFTER|BASELINE|[A-Z]\d)$/;

interface Shown {
  readonly page: string;
  readonly block: Block;
  readonly commands: readonly string[];
}

const shown: Shown[] = pages()
  .filter(page => !/^(CHANGELOG|bench\/|fixtures\/)/.test(page))
  .flatMap(page => blocksOf(read(page)).map(block => ({ page, block, commands: commandsOf(block) })))
  .filter(({ commands }) => commands.length > 0);
const ours = shown.map(one => ({ ...one, commands: one.commands.filter(line => OURS.test(line)) }));

/** Words of a line up to where the shell takes over. */
function wordsOf(line: string): string[] {
  return parse(line.replace(OURS, '').replace(/\s+(>|\||&&).*$/, ''));
}

const name = ({ page, block }: Shown) => `${page}, line ${block.line}`;

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
});

describe('the program runs', () => {
  let template: string;
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
  });

  const ran = new Set<string>();
  const isNew = (line: string): boolean => {
    const [command = '', ...words] = wordsOf(line);
    const shortened = new Set(SHORTER[command]?.split(' '));
    const flags = words.filter(word => word.startsWith('-') && !shortened.has(word)).sort();
    const key = [command, ...flags, ...(words[0]?.startsWith('-') === false ? ['operand'] : [])].join(' ');
    return !ran.has(key) && ran.add(key) !== undefined;
  };
  const runnable = ours
    .filter(({ block }) => block.needs === undefined)
    .map(one => ({ ...one, commands: one.commands.filter(line => !NEEDS_AWS.test(line) && isNew(line)) }))
    .filter(({ commands }) => commands.length > 0);

  it.each(runnable.map(one => [name(one), one] as const))('%s', async (_, { commands }) => {
    const cwd = await program.fresh();
    await cp(template, cwd, { recursive: true });
    await mkdir(join(cwd, 'function'), { recursive: true });
    for (const line of commands) await runLine(line, cwd);
  });

  async function runLine(line: string, cwd: string): Promise<void> {
    const [command = ''] = wordsOf(line);
    const [, before = '', after = ''] = /^(.*?)(\s+(?:>|\||&&).*)?$/.exec(line)!;
    const short = `${before.replace(/^npx /, '')} ${SHORTER[command] ?? ''}${after}`;
    const env = { GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') };
    const ready = ENDLESS[command];
    if (ready !== undefined) {
      const running = await program.start(wordsOf(line), { cwd, env });
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
