/** What a resumed run must have in common with its beginning. */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import type { Machine, RecordHead, TargetInfo } from '../../src/core/record.ts';
import { describeMachine } from '../../src/runs/machine.ts';
import { readTool } from '../../src/runs/record-head.ts';
import { refuseOtherMachine, refuseOtherPreparation } from '../../src/runs/resume-checks.ts';

const HERE = describeMachine();
const NOTE = { hostname: hostname(), images: ['/a.jpg'], secretAddress: false };

function checked({ machine = {} as Partial<Machine>, tool = readTool(), note = NOTE } = {}): void {
  refuseOtherMachine({ tool, machine: { ...HERE, ...machine } } as RecordHead, note);
}

describe('the machine', () => {
  it('is the same', () => {
    expect(() => checked()).not.toThrow();
  });

  it('may have a little more memory for itself after a start of its system', () => {
    for (const share of [0.995, 1.005]) {
      expect(() => checked({ machine: { memoryBytes: Math.round(HERE.memoryBytes * share) } })).not.toThrow();
    }
  });

  const others: [string, Parameters<typeof checked>[0]][] = [
    ['version of resnet-bench', { tool: { name: 'resnet-bench', version: '0.0.1' } }],
    ['revision of resnet-bench', { machine: { gitRevision: 'abc' } }],
    ['machine', { note: { ...NOTE, hostname: 'elsewhere' } }],
    ['system', { machine: { os: 'Plan 9' } }],
    ['system', { machine: { arch: 'pdp11' } }],
    ['processor', { machine: { cpuModel: 'Abacus' } }],
    ['processor', { machine: { cpuCount: HERE.cpuCount + 1 } }],
    ['processor', { machine: { cpuFlags: [...(HERE.cpuFlags ?? []), 'more'] } }],
    ['size of memory', { machine: { memoryBytes: 2 * HERE.memoryBytes } }],
    ['size of memory', { machine: { memoryBytes: Math.round(HERE.memoryBytes / 2) } }],
    ['version of node', { machine: { node: '1.2.3' } }],
    ['version of onnxruntime', { machine: { onnxruntime: '1.2.3' } }],
    ['version of sharp', { machine: { sharp: '1.2.3' } }],
  ];
  it.each(others)('is refused: another %s', (what, other) => {
    expect(() => checked(other)).toThrow(SetupError);
    expect(() => checked(other)).toThrow(new RegExp(`^the run began with another ${what}: .+, and now it is .+`));
  });
});

describe('the preparation of the emulated function’s model', () => {
  const info = (prepared?: string, emulated = true) =>
    ({ emulated, model: { name: 'm', ...(prepared !== undefined && { prepared }) } }) as TargetInfo;
  const check = (then: TargetInfo, now: TargetInfo) =>
    refuseOtherPreparation(
      { targets: [{ name: 'lambda', info: then }] } as unknown as RecordHead,
      new Map([['lambda', now]]),
    );

  it.each([
    ['no more', info('weights apart'), info()],
    ['only now', info(), info('weights apart')],
    ['in another way', info('weights apart'), info('otherwise')],
  ])('is refused when it is there %s', (_, then, now) => {
    expect(() => check(then, now)).toThrow(/^the run began with another preparation of lambda's model: /);
  });

  it('may be the same, or not told before the first answer', () => {
    expect(() => check(info('weights apart'), info('weights apart'))).not.toThrow();
    expect(() => check(info('weights apart'), { emulated: false } as TargetInfo)).not.toThrow();
    expect(() => check(info('weights apart', false), info())).not.toThrow();
  });
});
