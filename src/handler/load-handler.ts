/** Finds the function that `_HANDLER` names, as AWS's runtime for Node does. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../core/errors.ts';

/** A handler: event and context in, an answer out, at once or promised. There is no callback. */
export type AnyHandler = (event: unknown, context: unknown) => unknown;

/** Reported as `Runtime.<reason>`. */
export class LoadError extends Error {
  override readonly name: string;

  constructor(
    reason: 'MalformedHandlerName' | 'ImportModuleError' | 'UserCodeSyntaxError' | 'HandlerNotFound',
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = `Runtime.${reason}`;
  }
}

const ENDINGS = ['.js', '.mjs', '.cjs'];

/** `name` is `folder/file.export`, from the task root; the file's ending is left out. Throws LoadError, or what the file throws. */
export async function loadHandler(taskRoot: string, name: string): Promise<AnyHandler> {
  const file = basename(name);
  const dot = file.indexOf('.');
  if (dot < 1 || dot === file.length - 1 || name.includes('..'))
    throw new LoadError('MalformedHandlerName', `"${name}" is not of the form file.export`);
  const stem = resolve(taskRoot, dirname(name), file.slice(0, dot));
  const found = ENDINGS.map(ending => stem + ending).find(existsSync);
  if (found === undefined) throw new LoadError('ImportModuleError', `there is no ${stem}.js, .mjs or .cjs`);
  const path = file.slice(dot + 1).split('.');
  // CommonJS modules show some exports only through `default`.
  const exports = await importModule(found);
  const handler = member(exports, path) ?? member(exports, ['default', ...path]);
  if (typeof handler !== 'function')
    throw new LoadError('HandlerNotFound', `${found} has no function ${path.join('.')} among its exports`);
  return handler as AnyHandler;
}

async function importModule(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (thrown instanceof SyntaxError) throw new LoadError('UserCodeSyntaxError', messageOf(thrown), thrown);
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
      throw new LoadError('ImportModuleError', messageOf(thrown), thrown);
    throw thrown;
  }
}

function member(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);
}
