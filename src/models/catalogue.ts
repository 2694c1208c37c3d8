/** The models known by name: `models/catalogue.json`, read once and checked. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

/** What a run without `--model` downloads when no model is there yet. */
export const DEFAULT_MODEL = 'resnet50-v1-12';

const entrySchema = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/),
  /** Name of the file in the models folder and under `RESNET_BENCH_MIRROR`. */
  file: z.string().regex(/^[\w.-]+\.onnx$/),
  /** In the words of a record: `float32`, `int8 (QDQ)`. */
  precision: z.string(),
  /** In the order in which they are tried. */
  urls: z.array(z.url({ protocol: /^https$/ })).min(1),
  /** Absent when not known. */
  bytes: z.int().positive().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** SPDX; absent when not known. */
  licence: z.string().optional(),
});
export type CatalogueEntry = z.infer<typeof entrySchema>;

let entries: readonly CatalogueEntry[] | undefined;

/** Every model known by name, in the catalogue's order. */
export function catalogue(): readonly CatalogueEntry[] {
  // The same two steps up from src/models and from dist/models.
  entries ??= z
    .array(entrySchema)
    .parse(JSON.parse(readFileSync(new URL('../../models/catalogue.json', import.meta.url), 'utf8')));
  return entries;
}

/** Undefined when no model has exactly that name. */
export function findInCatalogue(name: string): CatalogueEntry | undefined {
  return catalogue().find(entry => entry.name === name);
}

/** The entry of that name; throws UsageError with the nearest name when there is none. */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = findInCatalogue(name);
  if (entry !== undefined) return entry;
  const meant = nearest(
    name,
    catalogue().map(({ name }) => name),
  );
  throw new UsageError(`no model is called ${name}`, meant ? `did you mean ${meant}?` : 'resnet-bench model list');
}
