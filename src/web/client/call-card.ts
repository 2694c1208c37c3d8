/** The answer of one target: what it sees in the picture, how long it took, and all that is known of the call. */
import { formatMs, formatPercent, plural } from '../../reports/figures.ts';
import type { CallAnswer, Complaint, Prediction, TargetName } from './answers.ts';
import { callFacts } from './call-facts.ts';
import { byId, type Child, fill, h, keepingPlace } from './elements.ts';
import { timeLine } from './time-line.ts';
import { traceWords } from './trace-words.ts';

/** Beyond this the server itself makes a time untrue; less is how a timer of any process goes. */
const MOST_HELD_UP_MS = 5;

const TITLES: Readonly<Record<TargetName, string>> = { local: 'This machine', lambda: 'Lambda' };

export class CallCard {
  readonly #target: TargetName;
  readonly #element: HTMLElement;
  /** What its target is, as far as it is known. */
  #what: string | undefined;

  constructor(target: TargetName) {
    this.#target = target;
    this.#element = byId(target);
  }

  /** What is known before the target answers. Its own answers know better. */
  introduce(what: string | undefined): void {
    this.#what ??= what;
  }

  hide(): void {
    this.#element.hidden = true;
  }

  waiting(words: string): void {
    const label = `${TITLES[this.#target]}: waiting`;
    this.#fill(h('p', { class: 'state' }, words), h('progress', { 'aria-label': label }));
  }

  failed({ message, hint }: Complaint): void {
    this.#fill(h('p', { class: 'bad' }, `No answer: ${message}`), h('p', {}, `What helps: ${hint}`));
  }

  /** `sinceMs`: since the answer came. */
  show(answer: CallAnswer, sinceMs: number): void {
    const { sample, what, bars, barNotes, serviceMs } = answer;
    this.#what = what;
    const { outcome } = sample;
    const open = this.#element.querySelector('details')?.open ?? true;
    const facts = h('details', {}, h('summary', {}, 'The call, part by part'), callFacts(answer));
    facts.open = open;
    this.#fill(
      !outcome.ok && h('p', { class: 'bad' }, `Failed (${outcome.error.kind}): ${outcome.error.message}`),
      answer.advice !== undefined && h('p', {}, `What helps: ${answer.advice}`),
      outcome.ok && h('p', { class: 'big' }, `${formatMs(serviceMs)} ms`),
      outcome.ok && h('p', { class: 'soft' }, kindOf(answer)),
      sample.predictions.length > 0 && predictions(sample.predictions),
      ...remarks(answer, sinceMs),
      bars.length > 1 && timeLine(bars),
      ...barNotes.map(note => h('p', { class: 'soft' }, note)),
      facts,
    );
  }

  #fill(...children: readonly Child[]): void {
    const head = h('h3', { id: `${this.#target}-head` }, TITLES[this.#target]);
    const what = this.#what !== undefined && h('p', { class: 'soft what' }, this.#what);
    keepingPlace(this.#element, () => fill(this.#element, head, what, ...children));
    this.#element.hidden = false;
  }
}

function kindOf({ target, sample: { start, timings } }: CallAnswer): string {
  const { inferenceMs } = timings;
  const first = target === 'local' ? 'first call of its process' : `${start} start`;
  const kind = start === 'cold' || start === 'proactive' ? first : start === 'warm' ? 'warm' : 'start kind not known';
  return [
    kind,
    inferenceMs === undefined ? 'inference not told' : `inference ${formatMs(inferenceMs)} ms`,
    target === 'lambda' && start === 'cold' && timings.initMs !== undefined && `init ${formatMs(timings.initMs)} ms`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function predictions(list: readonly Prediction[]): HTMLElement {
  return h(
    'ol',
    { class: 'top5', 'aria-label': 'top five' },
    ...list.map(({ label, probability }) => {
      const bar = h('i');
      bar.style.width = `${100 * probability}%`;
      return h(
        'li',
        {},
        h('span', {}, label),
        h('b', {}, percent(probability)),
        h('span', { class: 'bar', 'aria-hidden': 'true' }, bar),
      );
    }),
  );
}

/** What is there is not nothing; the contract's two decimals make 0 of less than a hundredth of a percent. */
function percent(probability: number): string {
  return probability < 0.0005 ? '<0.1 %' : formatPercent(probability);
}

function remarks(answer: CallAnswer, sinceMs: number): Child[] {
  const { isSynthetic, others, notes, heldUpMs } = answer;
  const trace = traceWords(answer, sinceMs);
  return [
    isSynthetic &&
      h(
        'p',
        { class: 'note' },
        'A synthetic model: times are real, LABELS ARE NOT. A trained one: resnet-bench model pull',
      ),
    others > 0 &&
      h('p', { class: 'note' }, `${plural(others, 'other call')} shared this machine with it: alone it may be faster.`),
    heldUpMs !== undefined &&
      heldUpMs > MOST_HELD_UP_MS &&
      h(
        'p',
        { class: 'note' },
        `The server of this page was held up during this call, up to ${formatMs(heldUpMs)} ms at a stretch: its times may be too long by as much.`,
      ),
    trace !== undefined && h('p', { class: 'trace' }, trace),
    ...notes.map(({ message, advice }) => h('p', { class: 'note' }, `${message}; ${advice}`)),
  ];
}
