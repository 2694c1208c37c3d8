/** A line of progress on stderr, on a terminal only. The one file that imports ora. */
import ora from 'ora';

export interface Spinner {
  update(text: string): void;
  /** Writes lines that stay, also where there is no terminal. */
  note(text: string): void;
  stop(): void;
}

export function startSpinner(text: string): Spinner {
  const spinner = ora({
    text,
    isEnabled: process.stderr.isTTY === true && process.env.CI === undefined,
    isSilent: process.stderr.isTTY !== true || process.env.CI !== undefined,
    // Ctrl-C must reach the program as a signal.
    discardStdin: false,
  }).start();
  return {
    update: next => {
      spinner.text = next;
    },
    note: lines => {
      spinner.clear();
      process.stderr.write(`${lines}\n`);
    },
    stop: () => {
      spinner.stop();
    },
  };
}
