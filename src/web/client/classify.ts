/** Pressing Classify: one target after the other, the answers as they come, and the trace as it arrives. */
import type { CallAnswer, ClassifyAnswer, Health, Settings, TargetName, TargetState } from './answers.ts';
import { ask, complaintOf } from './ask.ts';
import { CallCard } from './call-card.ts';
import type { ChosenPicture } from './chosen-picture.ts';
import { byId } from './elements.ts';
import { followCall } from './follow-call.ts';
import { bodyOf } from './picture-body.ts';
import { LATE_MS } from './trace-words.ts';
import type { VisitedCall, VisitHistory } from './visit-history.ts';

const HEALTH_MS = 500;

export class Classifying {
  readonly #cards = { local: new CallCard('local'), lambda: new CallCard('lambda') };
  readonly #history: VisitHistory;
  readonly #settings: () => Settings | undefined;
  readonly #status = byId('status');
  #busy = false;
  /** Cards show the calls of the latest press only. */
  #round = 0;

  constructor(history: VisitHistory, settings: () => Settings | undefined) {
    this.#history = history;
    this.#settings = settings;
  }

  /** A call is being timed. */
  get isBusy(): boolean {
    return this.#busy;
  }

  async press(picture: ChosenPicture, targets: readonly TargetName[]): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#round += 1;
    const go = byId('go');
    go.setAttribute('aria-disabled', 'true');
    byId('answers').hidden = false;
    for (const name of ['local', 'lambda'] as const) {
      this.#cards[name].introduce(this.#settings()?.what[name]);
      if (targets.includes(name)) this.#cards[name].waiting('its turn is still to come');
      else this.#cards[name].hide();
    }
    try {
      const body = await bodyOf(picture.blob);
      const said: string[] = [];
      for (const target of targets) said.push(await this.#one(target, picture, body));
      this.#say(said.join(' '));
    } catch (thrown) {
      this.#say(complaintOf(thrown).message);
    } finally {
      this.#busy = false;
      go.removeAttribute('aria-disabled');
    }
  }

  /** Returns what is to be said of it. */
  async #one(target: TargetName, picture: ChosenPicture, body: string): Promise<string> {
    const card = this.#cards[target];
    const done = this.#tellStates(target);
    const name = target === 'local' ? 'This machine' : 'Lambda';
    try {
      const headers = { 'content-type': 'application/json' };
      const { results } = await ask<ClassifyAnswer>(`/classify?target=${target}`, { method: 'POST', headers, body });
      const [result] = results;
      if (result === undefined) throw new Error('the server sent no answer');
      if ('error' in result) {
        card.failed(result.error);
        return `${name}: no answer, ${result.error.message}.`;
      }
      this.#answered(card, result, picture);
      const [top] = result.sample.predictions;
      return top === undefined ? `${name} failed.` : `${name} sees ${top.label}.`;
    } catch (thrown) {
      const complaint = complaintOf(thrown);
      card.failed(complaint);
      return `${name}: no answer, ${complaint.message}.`;
    } finally {
      done();
    }
  }

  #answered(card: CallCard, answer: CallAnswer, picture: ChosenPicture): void {
    const call: VisitedCall = { at: new Date(), picture: picture.name, isShrunk: picture.isShrunk, answer };
    const round = this.#round;
    const arrivedMs = performance.now();
    const draw = () => {
      if (round === this.#round) card.show(call.answer, performance.now() - arrivedMs);
    };
    draw();
    this.#history.add(call);
    if (answer.search !== 'under way') return;
    const late = setTimeout(draw, LATE_MS + 100);
    const next = (known: CallAnswer) => {
      call.answer = known;
      if (known.search !== 'under way') clearTimeout(late);
      draw();
      this.#history.draw();
    };
    followCall(answer.id, next, () => next({ ...call.answer, search: 'lost' }));
  }

  /** While the answer is awaited: what the target is doing, as far as the server knows. Returns what ends it. */
  #tellStates(target: TargetName): () => void {
    let over = false;
    let told = '';
    const tell = (state: TargetState | undefined) => {
      const words = stateWords(target, state, this.#settings()?.isDeployed === true);
      if (over || words === told) return;
      told = words;
      this.#cards[target].waiting(words);
      this.#say(words);
    };
    const look = async () => {
      const { targets } = await ask<Health>('/health');
      tell(targets[target]);
    };
    tell(undefined);
    void look().catch(() => {});
    const timer = setInterval(() => void look().catch(() => {}), HEALTH_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }
}

function stateWords(target: TargetName, state: TargetState | undefined, isDeployed: boolean): string {
  if (target === 'local') {
    if (state === 'starting') return 'This machine: the model is being loaded.';
    return 'This machine: classifying.';
  }
  if (state === 'starting') return isDeployed ? 'Lambda: connecting.' : 'Lambda: the emulator is starting.';
  if (state === 'new' && isDeployed) return 'Lambda: waiting for the first answer; a cold start would take seconds.';
  if (state === 'new') return 'Lambda: a cold start is under way: no environment has answered yet.';
  return 'Lambda: waiting for the answer.';
}
