/** docs/reference.md, made of the code: commander's program, the exit codes, the JSON Schema of the record. */
import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import { EXIT, EXIT_MEANINGS } from '../../src/core/errors.ts';
import { recordJsonSchema } from '../../src/core/record.ts';

export const REFERENCE = new URL('../../docs/reference.md', import.meta.url);

export function referenceText(): string {
  const program = buildProgram({ signal: new AbortController().signal, exit: () => {} });
  return [
    '# Reference',
    'Made from the code by `npm run reference`; a test holds it equal. What the commands are for: [the README](../README.md). What the figures mean: [reading the numbers](reading-the-numbers.md).',
    '- [Commands](#commands)\n- [Exit codes](#exit-codes)\n- [The record](#the-record)',
    '## Commands',
    'Options stand on the command line or in the variable named beside them; what stands on the command line counts. Durations read `250ms`, `30s`, `30m`, `1h30m`.',
    ...leavesOf(program).map(commandSection),
    '## Exit codes',
    table([['code', 'means'], ...exits()]),
    '## The record',
    'What `record.json` holds, by [its JSON Schema](record.schema.json). `[]` is each of a list, `*` each of a map by name. *Absent* means not measured or not known; *null* that the sample is too small, or the open end of an interval. Times are milliseconds.',
    table([['field', 'is', 'always there', 'means'], ...fields()]),
  ].join('\n\n');
}

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function commandSection(command: Command): string {
  const name = nameOf(command);
  const args = command.registeredArguments.map(argument => {
    const shown = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return { shown: argument.required ? `<${shown}>` : `[${shown}]`, description: argument.description };
  });
  const rows = command.options.filter(({ hidden }) => !hidden).map(optionRow);
  return [
    `### ${name.replace(/^resnet-bench /, '')}`,
    command.description(),
    `\`\`\`\n${[name, ...args.map(({ shown }) => shown), ...(rows.length > 0 ? ['[options]'] : [])].join(' ')}\n\`\`\``,
    ...(args.length > 0
      ? [args.map(({ shown, description }) => `\`${shown}\`: ${cell(description)}`).join('  \n')]
      : []),
    ...(rows.length > 0 ? [table([['option', 'is', 'default', 'variable'], ...rows])] : []),
  ].join('\n\n');
}

function optionRow(option: Option): string[] {
  const { flags, description, argChoices, envVar } = option;
  const choices = argChoices === undefined ? '' : `; one of ${argChoices.map(choice => `\`${choice}\``).join(', ')}`;
  return [`\`${flags}\``, `${description}${choices}`, defaultOf(option), envVar === undefined ? '' : `\`${envVar}\``];
}

function defaultOf({ defaultValue, defaultValueDescription, negate }: Option): string {
  if (negate || defaultValue === undefined) return '';
  // How many that are is the machine's.
  return (defaultValueDescription ?? String(defaultValue)).replace(
    /^(auto, the whole CPUs that this process has): \d+$/,
    '$1',
  );
}

function exits(): string[][] {
  return Object.entries(EXIT).map(([name, code]) => [String(code), EXIT_MEANINGS[name as keyof typeof EXIT]]);
}

/** As much of JSON Schema as zod writes. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly $ref?: string;
}

function fields(): string[][] {
  const comments = commentsOfFields();
  const rows: string[][] = [];
  /** What is within a value, by its schema: what is the same again is told once. */
  const told = new Map<string, string>();
  const walk = (schema: Schema, path: string): void => {
    for (const [name, { type, always, inner }] of fieldsOf(schema)) {
      const at = path === '' ? name : `${path}.${name}`;
      const key = JSON.stringify(inner);
      const before = key.length > LONG_SCHEMA ? told.get(key) : undefined;
      told.set(key, before ?? at);
      const again = before === undefined ? '' : `, as \`${before}\``;
      rows.push([`\`${at}\``, `${type}${again}`, always, comments.get(name) ?? '']);
      if (before === undefined) for (const one of inner) within(one, at);
    }
  };
  const within = (schema: Schema, path: string): void => {
    walk(schema, path);
    if (schema.items !== undefined) within(schema.items, `${path}[]`);
    if (typeof schema.additionalProperties === 'object') within(schema.additionalProperties, `${path}.*`);
  };
  walk(recordJsonSchema() as Schema, '');
  return rows;
}

/** Of a schema with many fields; short ones are told again. */
const LONG_SCHEMA = 400;

interface Field {
  readonly type: string;
  readonly always: string;
  readonly inner: readonly Schema[];
}

/** Of something that comes in several kinds the fields of all, each with the kinds that have it. */
function fieldsOf(schema: Schema): Map<string, Field> {
  const kinds = (schema.anyOf ?? schema.oneOf ?? [schema]).filter(({ properties }) => properties !== undefined);
  const names = new Set(kinds.flatMap(({ properties = {} }) => Object.keys(properties)));
  return new Map(
    [...names].map(name => {
      const having = kinds.filter(({ properties }) => properties?.[name] !== undefined);
      const inner = having.map(({ properties }) => properties![name]!);
      const always = having.filter(({ required }) => required?.includes(name) === true);
      const kindsOf = always.map(({ properties }) => properties?.kind?.const ?? properties?.ok?.const);
      const where = kindsOf.every(kind => kind !== undefined)
        ? `of ${kindsOf.map(kind => `\`${kind}\``).join(', ')}`
        : '';
      const said = always.length === kinds.length ? 'yes' : always.length === 0 ? '' : where;
      return [name, { type: [...new Set(inner.map(typeOf))].join(' or '), always: said, inner }];
    }),
  );
}

function typeOf(schema: Schema): string {
  const { type, items, anyOf, oneOf, additionalProperties } = schema;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${value}\``).join(', ');
  const several = anyOf ?? oneOf;
  if (several !== undefined) return [...new Set(several.map(typeOf))].join(' or ');
  if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(typeOf).join(', ')}]`;
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`;
  if (type === 'object' && typeof additionalProperties === 'object') return 'map by name';
  return [type ?? 'anything'].flat().join(' or ');
}

const SCHEMAS = ['record', 'sample', 'evidence', 'incident', 'cloudwatch'];

/** The comments of the schema's own source, by the names of the fields. A name that several things have is told by none of them. */
function commentsOfFields(): Map<string, string> {
  const sources = SCHEMAS.map(file => readFileSync(new URL(`../../src/core/${file}.ts`, import.meta.url), 'utf8'));
  const text = sources.join('\n').replace(/\b(export )?type \w+ = [^;]*;/g, '');
  const names = [...text.matchAll(/^ {2,}(\w+): /gm)].map(([, name]) => name);
  const comments = [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+): /g)];
  return new Map(
    comments
      .filter(([, , name]) => names.filter(other => other === name).length === 1)
      .map(([, comment = '', name = '']) => [name, comment.replace(/\s*\n\s*\* ?/g, ' ').trim()]),
  );
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head!), `|${head!.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Angle brackets outside of code would be HTML. */
function cell(text: string): string {
  const parts = text.replaceAll('\n', ' ').split('`');
  return parts
    .map((part, i) => (i % 2 === 0 ? part.replace(/[<>]/g, '\\$&') : part))
    .join('`')
    .replaceAll('|', '\\|');
}
