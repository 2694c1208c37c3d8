/** What the report is of, what may spoil it, and how it was made. */
import { formatDuration } from '../../core/duration.ts';
import type { RunRecord } from '../../core/record.ts';
import { describeFailures, describeSlots, describeStatus, describeUncalled } from '../facts.ts';
import { describeIncidents } from '../incidents.ts';
import { describeRate } from '../load.ts';
import { describeFunction, describeMachine, describeTarget, librariesOf } from '../target-facts.ts';
import { details, section, table } from './blocks.ts';
import type { Child, Page } from './page.ts';

export function headSection(page: Page, { run, tool, machine, targets }: RunRecord): Child[] {
  const h = page.element.bind(page);
  return [
    h('h1', {}, `${run.command}: ${targets.map(({ name }) => name).join(' and ')}`),
    h(
      'p',
      { class: 'soft' },
      `${run.id} · ${run.startedAt.slice(0, 19).replace('T', ' ')} UTC · ${tool.name} ${tool.version} · ${describeMachine(machine)}`,
    ),
    ...targets.map(target =>
      h(
        'p',
        { class: 'soft' },
        `${target.name}: ${[describeFunction(target) ?? 'in this process', describeTarget(target)].join(' · ')}`,
      ),
    ),
  ];
}

/** What must be known before any figure is read. */
export function notesSection(page: Page, record: RunRecord): Child[] {
  const { run, targets } = record;
  const h = page.element.bind(page);
  // A run that is not finished has no warnings yet.
  const synthetic = targets.some(
    ({ info, warnings }) =>
      info.model?.weights === 'synthetic' && !warnings.some(({ code }) => code === 'synthetic-weights'),
  );
  const warnings = [
    ...new Set(
      targets.flatMap(target =>
        target.warnings.map(({ code, message, advice }) => {
          const whose = targets.length === 1 || code === 'synthetic-weights' ? '' : `${target.name}: `;
          return `${whose}${message}; ${advice}`;
        }),
      ),
    ),
  ];
  const lines = [
    describeStatus(run),
    describeUncalled(record),
    synthetic ? 'a synthetic model: times are real, LABELS ARE NOT' : undefined,
    ...warnings,
    ...describeIncidents(record),
    ...targets.flatMap(target => describeFailures(target).map(line => `${target.name}: failed: ${line}`)),
  ].filter(line => line !== undefined);
  return [
    ...lines.map(line => h('p', { class: 'note' }, line)),
    h('p', { class: 'soft' }, describeSlots(record) ?? describeRate(record) ?? ''),
  ];
}

export function provenanceSection(page: Page, { run, machine, targets, tool, schemaVersion }: RunRecord): Child[] {
  const facts = [
    [
      'program',
      `${tool.name} ${tool.version}, record version ${schemaVersion}${machine?.gitRevision === undefined ? '' : `, revision ${machine.gitRevision}`}`,
    ],
    ['machine', [describeMachine(machine), machine?.os, ...librariesOf(machine)].filter(Boolean).join(' · ')],
    ...targets.flatMap(({ name, info: { model } }) =>
      model?.sha256 === undefined ? [] : [[`model of ${name}`, `${model.name}, SHA-256 ${model.sha256}`]],
    ),
    ...Object.entries(run.options).map(([name, value]) => [
      name.endsWith('Ms') && typeof value === 'number' ? name.slice(0, -2) : name,
      optionText(name, value),
    ]),
  ];
  return section(
    page,
    'How it was made',
    details(
      page,
      'program, machine, model, and every option',
      table(page, [['what', 'value'], ...facts], 'as the record has it', { words: true }),
    ),
    page.element(
      'p',
      { class: 'soft' },
      'Percentiles are nearest rank; one that so many calls do not support is "-", and ">= x" has no upper end. Missing is never 0. Every sample: resnet-bench report --format csv.',
    ),
  );
}

function optionText(name: string, value: unknown): string {
  if (name.endsWith('Ms') && typeof value === 'number') return formatDuration(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
