/** Where model files lie on this machine. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The same two steps up from src/models and from dist/models. */
const PACKAGE_ROOT = new URL('../../', import.meta.url);

/**
 * The models folder; it need not exist yet. `RESNET_BENCH_MODELS_DIR` if set, in a checkout its own `models/`,
 * else the user's cache folder, because an installed package is replaced by every update.
 */
export function modelsFolder(env: NodeJS.ProcessEnv = process.env, packageRoot = PACKAGE_ROOT): string {
  if (env.RESNET_BENCH_MODELS_DIR) return resolve(env.RESNET_BENCH_MODELS_DIR);
  // The published package has no tsconfig.json.
  if (existsSync(new URL('tsconfig.json', packageRoot))) return fileURLToPath(new URL('models', packageRoot));
  return join(cacheFolder(env, process.platform), 'resnet-bench', 'models');
}

/** The folder of this platform for what a program can fetch again. Exported for the test of all platforms. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  // The XDG specification: a relative path is to be ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  return join(homedir(), '.cache');
}
