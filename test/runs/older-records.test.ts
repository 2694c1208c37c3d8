/** Records that earlier versions of this program wrote are read, and shown in every format. */
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadReporter, REPORT_FORMATS } from '../../src/reports/index.ts';
import { DEFAULT_REPORT } from '../../src/reports/report-options.ts';
import { readRecord } from '../../src/runs/read-run.ts';

const RECORDS = join(import.meta.dirname, '..', '..', 'fixtures', 'records');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-older-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(readdirSync(RECORDS))('%s', name => {
  const file = join(RECORDS, name);

  it.each(REPORT_FORMATS)('as %s', async format => {
    const record = await readRecord(file);
    const text = [...(await loadReporter(format))(record, DEFAULT_REPORT)].join('');
    expect(text).toContain('baseline.jpg');
    expect(text).not.toMatch(/\bNaN\b|\bundefined\b|Infinity/);
  });

  it('of a newer version is refused by name', async () => {
    const newer = join(folder, name);
    await writeFile(newer, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), schemaVersion: 7 }));
    await expect(readRecord(newer)).rejects.toThrow(`${newer} has record version 7; this program reads up to 1`);
  });

  it.each([0, 1, 2, 4])(
    'has its samples whatever the layout that another program gave it: indented by %i',
    async by => {
      const rewritten = join(folder, `${by}-${name}`);
      await writeFile(rewritten, JSON.stringify(JSON.parse(await readFile(file, 'utf8')), null, by));
      const record = await readRecord(rewritten);
      expect(record.targets.every(({ samples }) => samples.length > 0)).toBe(true);
      expect(record).toEqual(await readRecord(file));
    },
  );

  it('of an unknown older version is no record', async () => {
    const older = join(folder, `older-${name}`);
    await writeFile(older, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), schemaVersion: 0 }));
    await expect(readRecord(older)).rejects.toThrow('is not a record: schemaVersion');
  });
});
