/** Options of the page: where it listens. */
import { flag, option, something, wholeNumber } from './option.ts';

const MOST_PORT = 65_535;

export const pagePortOption = () =>
  option('port', '<n>', 'where the page is; 0: any that is free', 'page-port')
    .default(8050)
    .argParser(wholeNumber('--port', 0, MOST_PORT));

export const hostOption = () =>
  option('host', '<address>', 'who can open it: 127.0.0.1 is this machine alone; there is no password', 'page-host')
    .default('127.0.0.1')
    .argParser(something('--host'));

export const watchOption = () => flag('watch', 'show it on a page of this machine while it goes on');

export const watchPortOption = () =>
  option('port', '<n>', 'where the page of --watch is (default: any that is free)', 'watch-port').argParser(
    wholeNumber('--port', 0, MOST_PORT),
  );
