/** The two processors that Lambda offers, by each of their names. */

export interface Architecture {
  /** As Lambda and CloudFormation call it. */
  readonly lambda: 'x86_64' | 'arm64';
  /** As Node and npm do. */
  readonly node: 'x64' | 'arm64';
  /** As containers do. */
  readonly platform: 'linux/amd64' | 'linux/arm64';
}

export const ARCHITECTURES: readonly Architecture[] = [
  { lambda: 'x86_64', node: 'x64', platform: 'linux/amd64' },
  { lambda: 'arm64', node: 'arm64', platform: 'linux/arm64' },
];
