/** The function's entry: loading this module is the init phase, `handler` is what Lambda calls. */
import './init-clock.ts';
import { optionsFrom } from './config.ts';
import { createHandler, type Handler } from './handler.ts';

export const handler: Handler = await createHandler(optionsFrom(process.env));
