/** What a person sees of the live view: on a pseudo-terminal, made by `script` of util-linux, and in a log. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { watched } from './program.ts';
import { Screen } from './screen.ts';

const DRIVER = join(import.meta.dirname, 'live-driver.ts');
const COLUMNS = 100;

/** A story of live-driver.ts, on a terminal or in a log. */
function start(story: string, command: string, args: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  const { PATH, HOME } = process.env;
  const paths = { NODE: process.execPath, TSX: import.meta.resolve('tsx'), DRIVER, STORY: story };
  const env = { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', NODE_NO_WARNINGS: '1', ...paths, ...changes };
  return watched(spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })).done;
}

async function onTerminal(story: string, changes?: NodeJS.ProcessEnv) {
  const command = `stty cols ${COLUMNS} rows 30 && exec "$NODE" --import "$TSX" "$DRIVER" "$STORY"`;
  const { code, stdout } = await start(story, 'script', ['-qefc', command, '/dev/null'], changes);
  return { code, output: stdout, screen: new Screen(COLUMNS, stdout) };
}

function inLog(story: string) {
  return start(story, process.execPath, ['--import', import.meta.resolve('tsx'), DRIVER, story]);
}

const LOG = `\
1:00 of 30:00 · lambda 10/150, p50 53.0 ms, p95 -, 1 cold | local 10/150, p50 25.0 ms, p95 -, 1 cold, 1 failed (1 timeout)
a line that stays
2:00 of 30:00 · lambda 10/150, p50 53.0 ms, p95 -, 1 cold | local 10/150, p50 25.0 ms, p95 -, 1 cold, 1 failed (1 timeout)
`;

function whyNoTerminal(): string | undefined {
  const { stdout, error } = spawnSync('script', ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error !== undefined) return 'there is no program `script`';
  return stdout.includes('util-linux') ? undefined : '`script` is not that of util-linux';
}
const noTerminal = whyNoTerminal();
if (noTerminal !== undefined) console.warn(`the live view is not tried on a terminal: ${noTerminal}`);

describe.skipIf(noTerminal !== undefined)('on a terminal', () => {
  it('redraws its lines in place, now and then, and takes them away', async () => {
    const { code, output, screen } = await onTerminal('steady');
    expect(code).toBe(0);
    expect(`\n${screen.looks.get('before')}`).toBe(`
 ░░░░░░░░░░░░░░░░░░░░░░░░  0:00 of 30:00 · starting
 lambda  0/150 · no call yet
 local   0/150 · no call yet`);
    expect(`\n${screen.looks.get('end')}`).toBe(`
warning: the first thing
warning: another thing, of somebody who knows of no live view
 ████████████████████████  30:00 of 30:00 · waiting for the last answers
 lambda  150/150 · last 54.0 ms warm · p50 53.0 p95 56.0 · 1 cold
 local   150/150 · last 26.0 ms warm · p50 25.0 p95 26.0 · 1 cold · 3 missed · 6 failed: 6 timeout`);
    expect(`\n${screen.text()}`).toBe(`
warning: the first thing
warning: another thing, of somebody who knows of no live view
the report`);
    // Four a second, of a hundred samples.
    expect(screen.drawings).toBeGreaterThan(3);
    expect(screen.drawings).toBeLessThan(150);
    expect(output).toContain('\u001B[?25l');
    expect(screen.cursorVisible).toBe(true);
  });

  it('follows its width, and what stood above stays', async () => {
    const { code, screen } = await onTerminal('resized');
    expect(code).toBe(0);
    expect([...screen.looks].map(([columns, text]) => `${columns}\n${text}`).join('\n\n')).toMatchInlineSnapshot(`
      "100
      a line that stays
       █████████████████░░░░░░░  21:30 of 30:00 · 8:30 left
       lambda  10/150 · last 54.0 ms warm · p50 53.0 p95 - · 1 cold
       local   10/150 · last 25.0 ms warm · p50 25.0 p95 - · 1 cold · 1 failed: 1 timeout

      60
      a line that stays
       █████████████████░░░░░░░  21:30 of 30:00 · 8:30 left
       lambda  10/150 · p50 53.0 p95 - · 1 cold
       local   10/150 · p50 25.0 p95 - · 1 cold · 1 failed: 1 tim…

      40
      a line that stays
       ███████░░░░  21:30 of 30:00 · 8:30 left
       lambda  10/150 · 1 cold
       local   10/150 · 1 cold · 1 failed: 1 …

      23
      a line that stays
       21:30 of 30:00 · 8:30…
       lambda  10/150 · 1 co…
       local   10/150 · 1 co…

      120
      a line that stays
       █████████████████░░░░░░░  21:30 of 30:00 · 8:30 left
       lambda  10/150 · last 54.0 ms warm · p50 53.0 p95 - · 1 cold
       local   10/150 · last 25.0 ms warm · p50 25.0 p95 - · 1 cold · 1 failed: 1 timeout

      30
      a line that stays
       21:30 of 30:00 · 8:30 left
       lambda  10/150 · 1 cold
       local   10/150 · 1 cold · 1 …

      31
      a line that stays
       21:30 of 30:00 · 8:30 left
       lambda  10/150 · 1 cold
       local   10/150 · 1 cold · 1 f…

      80
      a line that stays
       █████████████████░░░░░░░  21:30 of 30:00 · 8:30 left
       lambda  10/150 · p50 53.0 p95 - · 1 cold
       local   10/150 · p50 25.0 p95 - · 1 cold · 1 failed: 1 timeout"
    `);
    expect(screen.text()).toBe('a line that stays');
  });

  it('waits while the terminal has no width', async () => {
    const { code, screen } = await onTerminal('without width');
    expect(code).toBe(0);
    expect(`\n${screen.looks.get('again')}`).toBe(`
a line that stays
 ░░░░░░░░░░░░░░░░░░░░░░░░  0:00 of 30:00 · starting
 lambda  0/150 · no call yet
 local   0/150 · no call yet`);
    expect(screen.text()).toBe('a line that stays');
    expect(screen.cursorVisible).toBe(true);
  });

  it.each([
    ['interrupted', 130, 'ending after the call in flight; again to end at once'],
    ['terminated', 143, ''],
    ['failing', 1, 'Error: this is what happened'],
  ])('%s, it leaves the cursor and no line of its own', async (story, exitCode, said) => {
    const { code, output, screen } = await onTerminal(story);
    expect(code).toBe(exitCode);
    expect(output).toContain('\u001B[?25l');
    expect(screen.cursorVisible).toBe(true);
    expect(screen.text()).toContain(said);
    expect(screen.text()).not.toMatch(/[█░]|no call yet/);
  });

  it.each([{ CI: 'true' }, { TERM: 'dumb' }])('with %j is a log', async changes => {
    const { code, output } = await onTerminal('some minutes', changes);
    expect(code).toBe(0);
    expect(output.replaceAll('\r\n', '\n')).toBe(LOG);
  });
});

describe('in a log', () => {
  it('writes a line a minute, on stderr', async () => {
    expect(await inLog('some minutes')).toMatchObject({ code: 0, stdout: '', stderr: LOG });
  });

  it('holds no program that has nothing else to do', async () => {
    expect(await inLog('forgotten')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});
