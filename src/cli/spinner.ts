/** A line of progress on stderr, on a terminal only. The one file that imports ora. */
import ora from 'ora';

export interface Spinner {
  update(text: string): void;
  /** Writes lines that stay, also where there is no terminal. */
  note(text: string): void;
  stop(): void;
}

export function startSpinner(text: string): Spinner {
  // A terminal that does not tell its width sends ora into an endless loop.
  const visible = process.stderr.isTTY === true && process.stderr.columns > 0 && process.env.CI === undefined;
  const spinner = ora({
    text,
    isEnabled: visible,
    isSilent: !visible,
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
