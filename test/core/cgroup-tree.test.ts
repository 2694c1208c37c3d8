/** Where groups may be made, by what /proc says on systems of several kinds. */
import { expect, it } from 'vitest';
import { findCgroupTree } from '../../src/core/cgroup-tree.ts';

const V1 = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;
const V2 = `24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot`;

it('v1, each controller by itself, the own group of each', () => {
  const own = '4:memory:/jobs/17\n2:cpuacct:/\n1:cpu:/\n0::/';
  expect(findCgroupTree(V1, own)).toEqual({
    version: 1,
    cpu: '/sys/fs/cgroup/cpu',
    memory: '/sys/fs/cgroup/memory/jobs/17',
  });
});

it('v1 as older distributions mount it, two controllers together', () => {
  const together = V1.replace(
    '/cpu rw,relatime - cgroup cgroup rw,cpu\n',
    '/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n',
  );
  expect(findCgroupTree(together, '4:memory:/\n1:cpu,cpuacct:/user.slice')).toMatchObject({
    cpu: '/sys/fs/cgroup/cpu,cpuacct/user.slice',
  });
});

it('v1 in a container: its own group is mounted, and the path is that of the host', () => {
  const inside = V1.replaceAll(' / /sys/fs/cgroup/', ' /docker/abc /sys/fs/cgroup/');
  expect(findCgroupTree(inside, '4:memory:/docker/abc\n1:cpu:/docker/abc/inner')).toEqual({
    version: 1,
    cpu: '/sys/fs/cgroup/cpu/inner',
    memory: '/sys/fs/cgroup/memory',
  });
});

it('v2 under systemd: the own group, and those around it', () => {
  expect(findCgroupTree(V2, '0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope')).toEqual({
    version: 2,
    folders: [
      '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope',
      '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice',
      '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service',
      '/sys/fs/cgroup/user.slice/user-1000.slice',
      '/sys/fs/cgroup/user.slice',
      '/sys/fs/cgroup',
    ],
  });
});

it('v2 in a container with a namespace of its own', () => {
  expect(findCgroupTree(V2, '0::/')).toEqual({ version: 2, folders: ['/sys/fs/cgroup'] });
});

it('a group outside of what is mounted, and names with blanks', () => {
  expect(findCgroupTree(V2, '0::/../../outside')).toBeUndefined();
  expect(findCgroupTree(V2.replace('/sys/fs/cgroup', '/my\\040groups'), '0::/a')).toMatchObject({
    folders: ['/my groups/a', '/my groups'],
  });
});

it.each([
  ['nothing', '', ''],
  ['no controllers that count', V1.replace('rw,memory', 'rw,other').replace('cgroup2 cgroup2', 'x x'), '1:cpu:/'],
  ['garbage', '\u0000 - cgroup2\nx y z - cgroup2', '0:'],
])('%s: none', (_, mountinfo, own) => {
  expect(findCgroupTree(mountinfo, own)).toBeUndefined();
});
