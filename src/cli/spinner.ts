/** What moves on stderr, on a terminal only: a line that spins, lines that are redrawn in place. The one file that imports ora. */
import type { Options } from 'ora';

export interface Spinner {
  update(text: string): void;
  /** Writes lines that stay, also where there is no terminal. */
  note(text: string): void;
  stop(): void;
}

export interface Redrawn {
  /** Never more often than it is asked to. */
  draw(): void;
  /** Writes lines that stay, above. */
  note(text: string): void;
  /** Takes the lines away. */
  stop(): void;
}

/** True where lines on stderr can be redrawn, and somebody is there to see it. */
export function isTerminal(): boolean {
  const { CI, TERM } = process.env;
  return process.stderr.isTTY === true && hasWidth() && CI === undefined && TERM !== 'dumb';
}

/** A terminal that does not tell its width sends ora into an endless loop. */
function hasWidth(): boolean {
  return process.stderr.columns > 0;
}

/** It takes as long to load as Node to start, for what most logs and pipes never see. */
const ora = isTerminal() ? (await import('ora')).default : undefined;

const OPTIONS: Options = {
  // Ctrl-C must reach the program as a signal.
  discardStdin: false,
  color: process.env.NO_COLOR ? false : 'cyan',
};

export function startSpinner(text: string): Spinner {
  const spinner = ora?.({ ...OPTIONS, text, isEnabled: true, isSilent: false }).start();
  return {
    update: next => {
      if (spinner !== undefined) spinner.text = next;
    },
    note: lines => {
      spinner?.clear();
      process.stderr.write(`${lines}\n`);
    },
    stop: () => {
      spinner?.stop();
    },
  };
}

/** ora draws by itself as often as its spinner turns; this is the longest that a timer can be. */
const NEVER_MS = 2 ** 31 - 1;

/** `textFor` gives lines no longer than `columns`. Only where `isTerminal`. */
export function startRedrawn(textFor: (columns: number) => string): Redrawn {
  const { stderr } = process;
  const lines = ora!({ ...OPTIONS, spinner: { frames: [''], interval: NEVER_MS }, isEnabled: true, isSilent: false });
  const refresh = () => {
    // ora writes the frame, which is empty, and a space before the text. The cursor waits in a line of its own: terminals do
    // not agree on whether a narrower window breaks the line that it is in.
    lines.text = `${textFor(stderr.columns - 1).replaceAll('\n', '\n ')}\n`;
  };
  const draw = () => {
    if (!hasWidth()) return;
    refresh();
    lines.render();
  };
  const resized = () => {
    if (!hasWidth()) lines.stop();
    else if (!lines.isSpinning) {
      refresh();
      lines.start();
    } else {
      const broken = brokenLines(lines.text, stderr.columns);
      refresh();
      // ora clears the rows that it drew, writes this, and draws again as it ends a line.
      stderr.write(broken > 0 ? `\u001B[${broken}A\u001B[J\r` : '\r');
    }
  };
  refresh();
  lines.start();
  stderr.on('resize', resized);
  return {
    draw,
    note: text => {
      stderr.write(`${text}\n`);
    },
    stop: () => {
      stderr.off('resize', resized);
      lines.stop();
    },
  };
}

/** Rows that the drawn lines take more than before: most terminals break lines that have become too long for them. */
function brokenLines(drawn: string, columns: number): number {
  return ` ${drawn}`.split('\n').reduce((sum, line) => sum + Math.max(0, Math.ceil(line.length / columns) - 1), 0);
}
