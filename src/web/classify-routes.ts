/** `POST /classify`: a picture through the targets, one after another, so that neither takes the other's time. */
import { BenchError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { SingleCalls } from '../runs/single-calls.ts';
import { callAnswer } from './call-answer.ts';
import type { CallAnswer, NoAnswer, TargetName } from './client/answers.ts';
import type { KeptCalls } from './kept-calls.ts';
import { pictureOf } from './picture.ts';
import { Refusal } from './refusal.ts';
import type { Reply, Request, Routes } from './server.ts';

/** Each holds a picture and its request in memory. */
const MOST_AT_ONCE = 16;

const TARGETS: Readonly<Record<string, readonly TargetName[]>> = {
  local: ['local'],
  lambda: ['lambda'],
  both: ['local', 'lambda'],
};

export type CallsByTarget = ReadonlyMap<TargetName, SingleCalls>;

export function classifyRoutes(routes: Routes, calls: CallsByTarget, kept: KeptCalls): void {
  let underWay = 0;
  // Counted before their bodies come.
  const enter = async (_request: Request, reply: Reply) => {
    if (underWay >= MOST_AT_ONCE) {
      reply.header('retry-after', '2');
      throw new Refusal(503, 'too many pictures at once', 'try again in a moment');
    }
    underWay += 1;
    reply.raw.once('close', () => {
      underWay -= 1;
    });
  };
  routes.post('/classify', { onRequest: enter }, async (request, reply) => {
    const { target = 'both' } = request.query as { target?: unknown };
    const targets = typeof target === 'string' && Object.hasOwn(TARGETS, target) ? TARGETS[target] : undefined;
    if (targets === undefined) throw new Refusal(400, 'there is no such target', 'target=local, lambda or both');
    const image = pictureOf(request.body);
    return classify(targets, image, { calls, kept, signal: goneSignal(request, reply) }, reply);
  });
}

interface Surroundings {
  readonly calls: CallsByTarget;
  readonly kept: KeptCalls;
  readonly signal: AbortSignal;
}

async function classify(targets: readonly TargetName[], image: Image, around: Surroundings, reply: Reply) {
  const results: (CallAnswer | NoAnswer)[] = [];
  for (const target of targets) results.push(await resultOf(target, image, around));
  if (results.every(result => 'error' in result)) reply.code(503);
  return { results };
}

async function resultOf(target: TargetName, image: Image, { calls, kept, signal }: Surroundings) {
  const id = kept.newId();
  try {
    const call = await calls.get(target)!.call(image, signal, update => kept.update(callAnswer(id, target, update)));
    const answer = callAnswer(id, target, call);
    // What was found meanwhile is newer.
    if (kept.find(id) === undefined) kept.update(answer);
    return kept.find(id) ?? answer;
  } catch (thrown) {
    kept.forget(id);
    if (!(thrown instanceof BenchError)) throw thrown;
    return { target, error: { message: thrown.message, hint: thrown.hint } };
  }
}

/** Aborts when the visitor leaves before the answer. */
function goneSignal({ raw: { socket } }: Request, { raw }: Reply): AbortSignal {
  const gone = new AbortController();
  raw.on('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  if (socket.destroyed) gone.abort();
  return gone.signal;
}
