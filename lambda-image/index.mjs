export { handler } from './handler/index.mjs';
