// Takes INIT_MS the first time and no time after a restart in the same environment.
import { existsSync, writeFileSync } from 'node:fs';

const { INIT_MS, MARKS } = process.env;
const mark = `${MARKS}/${process.env.AWS_LAMBDA_LOG_STREAM_NAME.slice(-32)}`;
if (!existsSync(mark)) {
  writeFileSync(mark, '');
  await new Promise(resolve => setTimeout(resolve, Number(INIT_MS)));
}
await import('./echo.mjs');
