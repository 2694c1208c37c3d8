/** The commands that README and docs show: which of them a test can run, how it makes them short, and why it leaves the others out. */
import parse from 'string-argv';
import { type Block, blocksOf, commandsOf, pages, read } from '../markdown.ts';

const OURS = /^(?:npx )?resnet-bench\s+/;
/** Of a deployed function, or of an account. */
const NEEDS_AWS = /https:\/\/|--function|--stack|\baws outputs/;
/** What blocks need beyond that and have here. */
const HAD = [
  'AWS',
  'that emulator',
  'k6 and a function',
  'a run of load at an address',
  'the files of a distributed run',
  // Not before a call is it started.
  'Python with awslambdaric and torch',
];

/** By command: what takes minutes as it is written, and ports that another may have. */
const SHORTER: Readonly<Record<string, string>> = {
  local: '--iterations 2 --warmup 0',
  lambda: '--iterations 2 --warmup 0',
  cold: '-n 1',
  warm: '--window 2 --margin 100% --duration 2s',
  load: '--rate 5 --duration 400ms',
  sweep: '--iterations 1 --rounds 1 --warmup 0 --memory 512,1024 --threads 1',
  soak: '--interval 200ms --duration 400ms',
  emulate: '--port 0',
  serve: '--port 0',
};
/** By an option of the line. */
const SHORTER_WITH: readonly (readonly [RegExp, string])[] = [[/--wait/, '--wait 100ms']];
/** Programs of others: why a test of ours does not run them from here. */
export const NOT_OURS: readonly (readonly [RegExp, string])[] = [
  [/\baws [a-z]|^export AWS_/, 'the AWS CLI, with an account'],
  [/^npm run image/, 'npm run image: test/lambda-image'],
  [/^npm (ci|cit|install)\b/, 'npm, of a checkout or a package: test/installed.test.ts has the latter'],
  [/^k6 run/, 'k6: test/cli/k6.test.ts, where it is installed'],
];

export interface Shown {
  readonly page: string;
  readonly block: Block;
  readonly commands: readonly string[];
}

/** Of all pages but those that tell of what was. */
export const shown: Shown[] = pages()
  .filter(page => !/^(CHANGELOG|bench\/|fixtures\/)/.test(page))
  .flatMap(page => blocksOf(read(page)).map(block => ({ page, block, commands: commandsOf(block) })))
  .filter(({ commands }) => commands.length > 0);
/** Of our own program. */
export const ours = shown.map(one => ({ ...one, commands: one.commands.filter(line => OURS.test(line)) }));

/** Words of a line up to where the shell takes over. */
export function wordsOf(line: string): string[] {
  return parse(line.replace(OURS, '').replace(/\s+(>|\||&&).*$/, ''));
}

export const name = ({ page, block }: Shown) => `${page}, line ${block.line}`;

/** Whether it is run against the emulator in the place of a deployed function. */
export const isElsewhere = ({ needs }: Block, line: string) => NEEDS_AWS.test(line) || needs === 'that emulator';

/** Options to be added. */
export function shorterOf(line: string): string {
  const [command = ''] = wordsOf(line);
  return [SHORTER[command] ?? '', ...SHORTER_WITH.flatMap(([has, words]) => (has.test(line) ? words : []))].join(' ');
}

interface Kind {
  /** Command, where the function is, and values that make it another: targets, format. */
  readonly what: string;
  /** Names alone. Which pictures and which model are values, too. */
  readonly options: ReadonlySet<string>;
}

function kindOf(block: Block, line: string): Kind {
  const [command = '', ...words] = wordsOf(line);
  const shortened = new Set(['--model', ...shorterOf(line).split(' ')]);
  const options = words.filter(word => word.startsWith('-') && !shortened.has(word));
  const verbs = ['aws', 'export', 'model'].includes(command) ? words.slice(0, 1) : [];
  const values = line.match(/--(target|format) \S+/g) ?? [];
  const what = [command, ...verbs, ...values, isElsewhere(block, line), /execute-api/.test(line)].join(' ');
  return { what, options: new Set(options) };
}

/** Of two alike the first stands for both; one with more options for one with some of them, but not for one with none. */
function standsFor(one: Kind, other: Kind, isBefore: boolean): boolean {
  if (one.what !== other.what || ![...other.options].every(option => one.options.has(option))) return false;
  return one.options.size === other.options.size ? isBefore : other.options.size > 0;
}

const able = ours
  .filter(({ block: { needs } }) => needs === undefined || HAD.includes(needs))
  .flatMap(({ block, commands }) => commands.map(line => ({ block, line, kind: kindOf(block, line) })));
const chosen = able.filter((other, i) => !able.some((one, j) => j !== i && standsFor(one.kind, other.kind, j < i)));

/** One of each kind. */
export const runnable = ours
  .map(one => ({ ...one, commands: chosen.flatMap(({ block, line }) => (block === one.block ? line : [])) }))
  .filter(({ commands }) => commands.length > 0);

/** Why `runnable` has nothing of the kind of what is shown; undefined when it has. */
export function leftOut({ needs }: Block, line: string): string | undefined {
  if (OURS.test(line)) return needs === undefined || HAD.includes(needs) ? undefined : needs;
  return NOT_OURS.find(([what]) => what.test(line))?.[1] ?? `nobody knows what: ${line}`;
}
