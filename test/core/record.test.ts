/** The record's schema: what it takes, what it refuses, and that the published JSON Schema says the same. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { recordHeadSchema, recordJsonSchema, runRecordSchema } from '../../src/core/record.ts';
import { UPDATE_GOLDEN } from '../golden.ts';
import { completed, interrupted, remote, unfinished } from '../reports/record.ts';

const PUBLISHED = new URL('../../docs/record.schema.json', import.meta.url);
const RECORDS = { completed, interrupted, unfinished, remote };

// What date-time means is told by a pattern as well.
const validate = new Ajv2020({ strict: true, validateFormats: false }).compile(recordJsonSchema());

const takenByZod = (record: unknown) => runRecordSchema.safeParse(record).success;

type Path = (string | number)[];

/** Paths of everything in a value, itself left out. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    yield at;
    yield* pathsOf(inner, at);
  }
}

/** A copy in which what stands at the path is changed by `change`, which gets its owner and its key. */
function changed(
  record: unknown,
  path: Path,
  change: (owner: Record<string | number, unknown>, key: string | number) => void,
) {
  const copy = structuredClone(record);
  let owner = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) owner = owner[key] as typeof owner;
  change(owner, path.at(-1)!);
  return copy;
}

const set = (value: unknown) => (owner: Record<string | number, unknown>, key: string | number) => {
  owner[key] = value;
};

describe.each(Object.entries(RECORDS))('the %s record', (_, record) => {
  it('is valid by both, before and after JSON', () => {
    for (const form of [record, JSON.parse(JSON.stringify(record))]) {
      expect(runRecordSchema.parse(form)).toEqual(record);
      expect(validate(form), JSON.stringify(validate.errors)).toBe(true);
    }
  });
});

describe('the JSON Schema and the parser agree', () => {
  // One sample of each kind is enough: there are some hundred changes for each.
  const [target] = completed.targets;
  const [{ samples }] = [remote.targets[0]!];
  const record = {
    ...completed,
    targets: [{ ...target!, samples: [target!.samples[0], target!.samples[2], samples[0]] }],
  };
  const paths = [...pathsOf(record)];

  it('on a record that lacks one thing', () => {
    let refused = 0;
    for (const path of paths) {
      const copy = changed(record, path, (owner, key) =>
        Array.isArray(owner) ? owner.splice(key as number, 1) : delete owner[key],
      );
      const taken = takenByZod(copy);
      expect(validate(copy), `without ${path.join('.')}`).toBe(taken);
      if (!taken) refused++;
    }
    expect(refused).toBeGreaterThan(50);
  });

  it.each([[null], ['text'], [-1], [0.5], [1e6], [true], [[]], [{}], ['2026-13-45T99:00:00Z']])(
    'on a record in which one thing is %j',
    value => {
      let refused = 0;
      for (const path of paths) {
        // A success beside the error of a failure: an unknown key, on which the two differ; see below.
        if (value === true && path.at(-1) === 'ok') continue;
        const copy = changed(record, path, set(value));
        const taken = takenByZod(copy);
        expect(validate(copy), `${path.join('.')} = ${JSON.stringify(value)}`).toBe(taken);
        if (!taken) refused++;
      }
      expect(refused).toBeGreaterThan(50);
    },
  );
});

// next, which by SCHEMA_VERSION do not count; the parser takes them. `io: 'input'` would make both agree.
it('a record with a field of a newer version is valid by both', () => {
  const newer = { ...completed, machine: { ...completed.machine, gpu: 'none' } };
  expect(takenByZod(newer)).toBe(true);
  expect(validate(newer)).toBe(true);
});

describe('the parser', () => {
  const refuses = (path: Path, value: unknown) =>
    expect(takenByZod(changed(completed, path, set(value))), path.join('.')).toBe(false);

  it('refuses what no record holds: NaN, infinity, another version, six predictions, a probability in percent', () => {
    refuses(['targets', 0, 'samples', 0, 'timings', 'handlerMs'], Number.NaN);
    refuses(['targets', 0, 'samples', 0, 'completedMs'], Number.POSITIVE_INFINITY);
    refuses(['targets', 0, 'summary', 'warm', 'handlerMs', 'p50'], Number.NaN);
    refuses(['targets', 0, 'samples', 0, 'timings', 'handlerMs'], null);
    refuses(['targets', 0, 'samples', 0, 'timings', 'handlerMs'], undefined);
    refuses(['schemaVersion'], 2);
    const { predictions } = completed.targets[0]!.samples[0]!;
    refuses(['targets', 0, 'samples', 0, 'predictions'], [...predictions, predictions[0]]);
    refuses(['targets', 0, 'samples', 0, 'predictions', 0, 'probability'], 77.7);
    refuses(['targets', 0, 'samples', 0, 'predictions', 0, 'classId'], 1000);
    refuses(['targets', 0, 'samples', 0, 'seq'], -1);
    refuses(['run', 'startedAt'], '2026-11-23T18:40:02+01:00');
  });

  it('takes null for a percentile that the sample does not support, and for nothing that was not measured', () => {
    const { warm } = completed.targets[0]!.summary;
    expect(warm?.handlerMs).toMatchObject({ p95: null, ci95: { p90: [expect.any(Number), null] } });
    refuses(['targets', 0, 'summary', 'warm', 'handlerMs', 'mean'], null);
    refuses(['targets', 0, 'summary', 'warm', 'handlerMs', 'count'], 0);
    refuses(['targets', 0, 'samples', 0, 'memory', 'usedMb'], null);
  });

  it('takes a head without samples and summaries', () => {
    const { targets, ...rest } = unfinished;
    const head = { ...rest, targets: targets.map(({ samples: _, summary: __, ...target }) => target) };
    expect(recordHeadSchema.parse(head)).toEqual(head);
    expect(takenByZod(head)).toBe(false);
  });
});

describe('docs/record.schema.json', () => {
  it('is the schema of this version; UPDATE_GOLDEN=1 and `npm run format` write it anew', () => {
    if (UPDATE_GOLDEN) writeFileSync(PUBLISHED, `${JSON.stringify(recordJsonSchema(), null, 2)}\n`);
    expect(existsSync(PUBLISHED)).toBe(true);
    expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(recordJsonSchema());
  });
});
