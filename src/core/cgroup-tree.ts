/** Where a process may make control groups, from the texts of /proc. Pure. Source: cgroups(7), proc(5), the kernel's admin guides for cgroup v1 and v2. */

export type CgroupTree =
  /** One hierarchy a controller; folders of this process's own groups. */
  | { readonly version: 1; readonly cpu: string; readonly memory: string }
  /** One hierarchy; the own group's folder first, then those around it. */
  | { readonly version: 2; readonly folders: readonly string[] };

interface Mount {
  /** The group that is mounted, `/` for all. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly controllers: readonly string[];
}

/** `mountinfo` and `own`: /proc/self/mountinfo and /proc/self/cgroup. Undefined when there are no groups for CPU and memory. */
export function findCgroupTree(mountinfo: string, own: string): CgroupTree | undefined {
  const mounts = mountinfo.split('\n').flatMap(line => parseMount(line) ?? []);
  const paths = own.split('\n').flatMap(line => {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return names === undefined || path === undefined ? [] : [{ names: names.split(','), path }];
  });
  const [cpu, memory] = ['cpu', 'memory'].map(controller => {
    const mount = mounts.find(({ type, controllers }) => type === 'cgroup' && controllers.includes(controller));
    const path = paths.find(({ names }) => names.includes(controller))?.path;
    return mount && path === undefined ? undefined : mount && folderOf(mount, path!);
  });
  if (cpu !== undefined && memory !== undefined) return { version: 1, cpu, memory };
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  const path = paths.find(({ names }) => names.length === 1 && names[0] === '')?.path;
  const folder = mount && path !== undefined ? folderOf(mount, path) : undefined;
  return folder === undefined ? undefined : { version: 2, folders: around(folder, mount!.point) };
}

function parseMount(line: string): Mount | undefined {
  const [before = '', after] = line.split(' - ');
  const [, , , root, point] = before.split(' ');
  const [type, , options = ''] = after?.split(' ') ?? [];
  if (root === undefined || point === undefined || type === undefined || !type.startsWith('cgroup')) return undefined;
  return { root: unescaped(root), point: unescaped(point), type, controllers: options.split(',') };
}

/** Blanks and the like stand in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** In a container the mounted group may be one within, and the path that of the host. */
function folderOf({ root, point }: Mount, path: string): string | undefined {
  const base = root === '/' ? '' : root;
  if (path.startsWith('/..')) return undefined;
  const within = path === base || path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  return `${point}${within}`.replace(/\/+$/, '');
}

function around(folder: string, top: string): string[] {
  const folders = [folder];
  for (let at = folder; at.length > top.length; ) {
    at = at.slice(0, at.lastIndexOf('/'));
    folders.push(at);
  }
  return folders;
}
