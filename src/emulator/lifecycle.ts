/** The states of an environment and the ways between them. */

/**
 * `down`: no process, because there was none yet, initialisation failed, or a call ended it; the next call starts one.
 * `init`: a process that has not asked for an event yet, outside any call. `idle`: it has asked and waits.
 * `reinit`: as init, inside a call and at its cost. `busy`: it has an event and has not answered.
 * `answered`: it has, and has not asked for the next event: this is where overhead lies.
 * `finishing`: the call is over but for its last log lines. `ended`: gone for good.
 */
export type Phase = 'down' | 'init' | 'idle' | 'reinit' | 'busy' | 'answered' | 'finishing' | 'ended';

const WAYS: Readonly<Record<Phase, readonly Phase[]>> = {
  down: ['init', 'reinit', 'ended'],
  init: ['idle', 'down', 'ended'],
  idle: ['busy', 'ended'],
  reinit: ['busy', 'finishing', 'ended'],
  busy: ['answered', 'reinit', 'finishing', 'ended'],
  answered: ['finishing', 'ended'],
  finishing: ['idle', 'down', 'ended'],
  ended: [],
};

/** Where one environment stands. */
export class Lifecycle {
  #phase: Phase = 'down';

  get phase(): Phase {
    return this.#phase;
  }

  /** Throws where there is no way: a bug of the emulator. */
  enter(phase: Phase): void {
    if (!WAYS[this.#phase].includes(phase)) throw new Error(`an environment cannot go from ${this.#phase} to ${phase}`);
    this.#phase = phase;
  }
}

/** The three states that an outsider tells apart; undefined once it is gone. */
export function publicState(phase: Phase): 'init' | 'idle' | 'busy' | undefined {
  switch (phase) {
    case 'init':
      return 'init';
    case 'idle':
    case 'down':
      return 'idle';
    case 'ended':
      return undefined;
    default:
      return 'busy';
  }
}
