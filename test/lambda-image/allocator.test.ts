/** The image and the emulated function tell the C library's allocator the same. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ChosenModel } from '../../src/runs/choose-model.ts';
import { ALLOCATOR_VARIABLES, ourFunction } from '../../src/runs/our-function.ts';

it('in the same variables', () => {
  const dockerfile = readFileSync(new URL('../../lambda-image/Dockerfile', import.meta.url), 'utf8');
  const [, set = ''] = /^ENV (MALLOC.*)$/m.exec(dockerfile) ?? [];
  expect(Object.fromEntries(set.split(' ').map(pair => pair.split('=')))).toEqual(ALLOCATOR_VARIABLES);
  const model: ChosenModel = {
    file: 'model.onnx',
    info: { name: 'model', sha256: '', precision: 'float32', weights: 'trained' },
  };
  expect(ourFunction(model, 'torchvision').env).toMatchObject(ALLOCATOR_VARIABLES);
});
