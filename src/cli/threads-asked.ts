/** `--threads`: a number, or as many as this process has CPUs for; and what the record says of it. */
import { ASKED, automaticThreads, type ThreadChoice } from '../classifier/automatic-threads.ts';

export const AUTO = 'auto';

export type ThreadsAsked = number | typeof AUTO;

export function threadChoiceOf(asked: ThreadsAsked): ThreadChoice {
  return asked === AUTO ? automaticThreads() : { threads: asked, threadsBy: ASKED };
}
