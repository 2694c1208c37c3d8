/** Command lines that cannot be: exit 2 with one error and one hint, before anything is measured. And what --help says. */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaint, ROOT, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', 'baseline.jpg');

/** A folder with what a user may have about. */
async function folderWithFiles(): Promise<string> {
  const cwd = await program.fresh();
  await copyFile(PICTURE, join(cwd, 'cat.jpg'));
  await copyFile(program.model, join(cwd, 'mine.onnx'));
  await writeFile(join(cwd, 'notes.txt'), 'no record\n');
  return cwd;
}

type Case = [args: string[], error: string | RegExp, hint: string | RegExp];

/** A run with this value of this option. */
const badValues = (flag: string, error: RegExp, values: string[]): Case[] =>
  values.map(value => [['local', 'cat.jpg', `${flag}=${value}`], error, new RegExp(`${flag} \\d`)]);

const WRONG: Case[] = [
  // Commands and flags.
  [['nope'], "unknown command 'nope'", 'resnet-bench --help'],
  [['lcoal'], "unknown command 'lcoal'", 'did you mean local?'],
  [['model', 'lst'], "unknown command 'lst'", 'did you mean list?'],
  [['model', 'nope'], "unknown command 'nope'", 'resnet-bench model --help'],
  [['--nope'], "unknown option '--nope'", 'resnet-bench --help'],
  [['local', '--nope'], "unknown option '--nope'", 'resnet-bench local --help'],
  [['local', '--iteratons', '3'], "unknown option '--iteratons'", 'did you mean --iterations?'],
  [['local', '--json=1'], "unknown option '--json=1'", /--json|local --help/],
  [['report', '--threads', '2'], "unknown option '--threads'", /report --help/],
  [['local', '--iterations'], /'-n, --iterations <n>' argument missing/, 'resnet-bench local --help'],
  [['report', 'one', 'two'], /too many arguments for 'report'/, 'resnet-bench report --help'],
  // Pictures.
  [['local', 'missing.png'], 'no such file: missing.png', /name JPEG or PNG files/],
  [['local', 'cat.jgp'], 'no such file: cat.jgp', 'did you mean cat.jpg?'],
  [['local', './cat.jgp'], 'no such file: ./cat.jgp', 'did you mean ./cat.jpg?'],
  [['local', 'cat.jpg', 'no/such/folder.jpg'], 'no such file: no/such/folder.jpg', /./],
  [['local', 'cat.jpg', '.'], '. is a directory', /\*\.jpg/],
  [['local', 'cat.jpg/more.jpg'], /cat\.jpg\/more\.jpg/, /./],
  [['local', ''], /no such file: (""|'')/, /./],
  // Models.
  [['local', '--model', 'missing.onnx', 'cat.jpg'], 'no such file: missing.onnx', /./],
  [['local', '--model', 'mien.onnx', 'cat.jpg'], 'no such file: mien.onnx', 'did you mean mine.onnx?'],
  [['local', '--model', 'resnet50-v1-21', 'cat.jpg'], /resnet50-v1-21/, 'did you mean resnet50-v1-12?'],
  [['local', '--model', './', 'cat.jpg'], './ is not a file', /./],
  [['model', 'pull', 'nope'], 'no model is called nope', 'resnet-bench model list'],
  [['model', 'pull', 'synthetic'], /synthetic model is not downloaded/, 'resnet-bench model make'],
  [['model', 'info', 'nope'], 'no model is called nope', 'resnet-bench model list'],
  // Values.
  ...badValues('--duration', /^--duration must be .* got "/, ['5', 'abc', '-3s', '0s', '0ms', '', '1h 30m', '3sec']),
  ...badValues('--iterations', /^--iterations must be .* got "/, [
    '-1',
    '0',
    '1.5',
    '1e3',
    '0x10',
    '',
    'many',
    '9'.repeat(20),
  ]),
  ...badValues('--warmup', /^--warmup must be .* got "/, ['-1', '0.5', '']),
  ...badValues('--threads', /^--threads must be .* got "/, ['0', '-2', '1.5', '1000000', 'all']),
  [['local', 'cat.jpg', '--duration', '-3s'], '--duration must be a duration above zero, got "-3s"', /30s/],
  [['local', 'cat.jpg', '--preprocess', 'none'], /--preprocess.*none.*torchvision, fast/, /local --help/],
  [['report', '--format', 'xml'], /--format.*xml.*table, json, csv, md/, /report --help/],
  // Runs.
  [['report'], 'no run in reports', 'make one: resnet-bench local'],
  [['report', '--out', 'nowhere'], 'no run in nowhere', /./],
  [['report', '20260101-000000-local'], 'no such run: 20260101-000000-local', /./],
  [['report', '.'], '. holds no record.json', /./],
];

describe('a wrong command line', () => {
  it.each(WRONG)('%j', async (args, error, hint) => {
    const cwd = await folderWithFiles();
    const before = await readdir(cwd);
    const said = complaint(await program.run(args, { cwd }));
    expect(said).toEqual({ code: 2, error: matching(error), hint: matching(hint) });
    expect(await readdir(cwd)).toEqual(before);
    expect(await readdir(program.models)).toEqual([]);
  });

  it.each([
    ['RESNET_BENCH_ITERATIONS', 'x', '--iterations'],
    ['RESNET_BENCH_DURATION', '5', '--duration'],
    ['RESNET_BENCH_WARMUP', '-1', '--warmup'],
    ['RESNET_BENCH_THREADS', '0', '--threads'],
    ['RESNET_BENCH_PREPROCESS', 'none', '--preprocess'],
    ['RESNET_BENCH_MODEL', 'missing.onnx', 'missing.onnx'],
  ])('through the environment: %s=%s', async (name, value, named) => {
    const cwd = await folderWithFiles();
    const said = complaint(await program.run(['local', 'cat.jpg'], { cwd, env: { [name]: value } }));
    expect(said.code).toBe(2);
    expect(said.error).toContain(named);
    expect(said.error).toContain(value);
    expect(await readdir(cwd)).not.toContain('reports');
  });

  it('a duration beyond all numbers', async () => {
    const args = ['local', 'cat.jpg', '--duration', `${'9'.repeat(400)}h`];
    const said = complaint(await program.run(args, { cwd: await folderWithFiles() }));
    expect(said).toMatchObject({ code: 2, error: expect.stringMatching(/^--duration must be/) });
  });

  it('takes a flag before a bad variable', async () => {
    const cwd = await folderWithFiles();
    const args = ['local', 'cat.jpg', '--iterations', '1', '--warmup', '0'];
    expect((await program.run(args, { cwd, env: { RESNET_BENCH_ITERATIONS: 'x' } })).code).toBe(0);
  });

  it('shows the cause on DEBUG=1 only', async () => {
    const { stderr, code } = await program.run(['local', 'missing.jpg'], { env: { DEBUG: '1' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: no such file: missing\.jpg\nhint: .*\n[\s\S]*caused by .*ENOENT/);
  });
});

describe('help', () => {
  it.each([
    [['--help'], 'resnet-bench [options] [command]'],
    [[], 'resnet-bench [options] [command]'],
    [['help'], 'resnet-bench [options] [command]'],
    [['help', 'local'], 'resnet-bench local [options] [images...]'],
    [['local', '--help'], 'resnet-bench local [options] [images...]'],
    [['local', '-h'], 'resnet-bench local [options] [images...]'],
    [['report', '--help'], 'resnet-bench report [options] [run]'],
    [['model', '--help'], 'resnet-bench model [options] [command]'],
    [['model'], 'resnet-bench model [options] [command]'],
    [['model', 'list', '--help'], 'resnet-bench model list'],
    [['model', 'pull', '--help'], 'resnet-bench model pull [options] [name]'],
    [['model', 'make', '--help'], 'resnet-bench model make'],
    [['model', 'info', '--help'], 'resnet-bench model info'],
  ])('%j', async (args, usage) => {
    const { code, stdout, stderr } = await program.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimStart()).toMatch(/^Usage: /);
    expect(stdout).toContain(`Usage: ${usage}`);
  });

  it('names every command', async () => {
    const { stdout } = await program.run(['--help']);
    for (const command of ['local', 'report', 'model']) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it('of local names the variable and, where there is one, the default of every option', async () => {
    const { stdout } = await program.run(['local', '--help']);
    const options = optionsOf(stdout);
    expect(Object.keys(options)).toEqual([
      '-n',
      '--duration',
      '--warmup',
      '--threads',
      '--model',
      '--preprocess',
      '--threshold',
      '--github-summary',
      '--out',
      '--json',
      '-h',
    ]);
    const { '--json': _, '-h': __, '--github-summary': ___, '-n': iterations, ...settable } = options;
    expect(iterations).toMatch(/--iterations .*default: 100.*env: RESNET_BENCH_ITERATIONS/);
    for (const [flag, text] of Object.entries(settable)) {
      expect(text).toContain(`env: RESNET_BENCH_${flag.slice(2).toUpperCase()}`);
      // Without them there is no limit.
      if (!['--duration', '--threshold'].includes(flag)) expect(text, flag).toContain('default: ');
    }
    expect(options['--warmup']).toContain('default: 3');
    expect(options['--preprocess']).toContain('default: "torchvision"');
    expect(options['--out']).toContain('default: "reports"');
  });
});

describe('--version', () => {
  it.each(['--version', '-V'])('%s is that of package.json', async flag => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(await program.run([flag])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });
});

function matching(wanted: string | RegExp) {
  return typeof wanted === 'string' ? wanted : expect.stringMatching(wanted);
}

/** Each option's text on one line, by its flag. */
function optionsOf(help: string): Record<string, string> {
  const section = help.slice(help.indexOf('Options:\n') + 'Options:\n'.length);
  const texts = section.split(/^ {2}(?=-)/m).filter(text => text.trim() !== '');
  return Object.fromEntries(texts.map(text => [/^-{1,2}[\w-]+/.exec(text)?.[0] ?? '', text.replace(/\s+/g, ' ')]));
}
