/** As much of CloudFormation as it takes to look at a template without it: intrinsic functions and conditions filled in, properties held to AWS's own specification of each resource. */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, Resource } from '@aws-cdk/service-spec-types';
import { parse, type ScalarTag } from 'yaml';

// biome-ignore lint/suspicious/noExplicitAny: a template, whatever stands in it.
type Anything = any;

interface ResourceText {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Anything;
}
export interface Template {
  readonly Parameters: Readonly<Record<string, { Default?: string | number; AllowedPattern?: string }>>;
  readonly Conditions: Readonly<Record<string, Anything>>;
  readonly Resources: Readonly<Record<string, ResourceText>>;
  readonly Outputs: Readonly<Record<string, { Condition?: string; Value: Anything }>>;
}

/** What a stack would be made of. */
export interface Stack {
  readonly resources: Readonly<Record<string, { readonly type: string; readonly properties: Anything }>>;
  readonly outputs: Readonly<Record<string, string>>;
}

const SHORT_FORMS = ['Ref', 'Condition', 'Sub', 'GetAtt', 'If', 'Equals', 'Not', 'And', 'Or', 'Join'];

export function parseTemplate(text: string): Template {
  const long = (name: string) => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);
  const value = (name: string, given: Anything) => (name === 'GetAtt' ? String(given).split('.') : given);
  const customTags = SHORT_FORMS.flatMap(name => [
    { tag: `!${name}`, resolve: (given: string) => ({ [long(name)]: value(name, given) }) } as ScalarTag,
    {
      tag: `!${name}`,
      collection: 'seq' as const,
      resolve: (given: Anything) => ({ [long(name)]: given.toJSON() }),
    },
  ]);
  return JSON.parse(JSON.stringify(parse(text, { customTags: customTags as Anything })));
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::StackName': 'my-stack',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};
const NO_VALUE = Symbol('AWS::NoValue');

const spec = loadAwsServiceSpecSync();

function specOf(type: string): Resource {
  const [found] = [...spec.lookup('resource', 'cloudFormationType', 'equals', type)];
  if (found === undefined) throw new Error(`there is no resource of the type ${type}`);
  return found;
}

/** Throws for a reference to what is not there, or not under these parameters. */
export function instantiate(template: Template, given: Readonly<Record<string, string | number>>): Stack {
  const parameters = Object.fromEntries(
    Object.entries(template.Parameters).map(([name, { Default }]) => {
      const value = given[name] ?? Default;
      if (value === undefined) throw new Error(`the parameter ${name} has no value`);
      return [name, value];
    }),
  );
  const resolve = (value: Anything): Anything => {
    if (Array.isArray(value)) return value.map(resolve).filter(one => one !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const [[key = '', argument] = []] = Object.entries<Anything>(value);
    if (Object.keys(value).length === 1 && (key.startsWith('Fn::') || key === 'Ref' || key === 'Condition')) {
      return intrinsic(key, argument);
    }
    const entries = Object.entries(value).map(([name, inner]) => [name, resolve(inner)]);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== NO_VALUE));
  };
  const isThere = (name: string) => {
    const resource = template.Resources[name];
    return resource !== undefined && (resource.Condition === undefined || condition(resource.Condition));
  };
  const condition = (name: string): boolean => {
    if (template.Conditions[name] === undefined) throw new Error(`there is no condition ${name}`);
    return resolve(template.Conditions[name]);
  };
  const ref = (name: string): Anything => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const known = PSEUDO[name] ?? parameters[name];
    if (known !== undefined) return known;
    if (!isThere(name)) throw new Error(`Ref ${name}: no such thing`);
    return `ref-of-${name}`;
  };
  const attribute = (name: string, path: string): string => {
    if (!isThere(name)) throw new Error(`GetAtt ${name}.${path}: no such resource`);
    const { attributes } = specOf(template.Resources[name]!.Type);
    if (!(path in attributes)) throw new Error(`GetAtt ${name}.${path}: no such attribute`);
    return `${path}-of-${name}`;
  };
  const intrinsic = (key: string, argument: Anything): Anything => {
    switch (key) {
      case 'Ref':
        return ref(argument);
      case 'Condition':
        return condition(argument);
      case 'Fn::GetAtt':
        return attribute(argument[0], argument.slice(1).join('.'));
      case 'Fn::Sub':
        return String(argument).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
          const [head = '', ...path] = name.split('.');
          return String(path.length === 0 ? ref(head) : attribute(head, path.join('.')));
        });
      case 'Fn::If':
        // The other branch must be right too, wherever it is taken.
        return resolve(condition(argument[0]) ? argument[1] : argument[2]);
      case 'Fn::Equals':
        return String(resolve(argument[0])) === String(resolve(argument[1]));
      case 'Fn::Not':
        return !resolve(argument[0]);
      default:
        throw new Error(`${key} is not known here`);
    }
  };
  const made = Object.entries(template.Resources).filter(([name]) => isThere(name));
  const told = Object.entries(template.Outputs).filter(([, { Condition }]) => !Condition || condition(Condition));
  return {
    resources: Object.fromEntries(
      made.map(([name, { Type, Properties = {} }]) => [name, { type: Type, properties: resolve(Properties) }]),
    ),
    outputs: Object.fromEntries(told.map(([name, { Value }]) => [name, resolve(Value)])),
  };
}

/** What AWS's specification does not know, does not find or does not take, a line each. */
export function wrongProperties({ resources }: Stack): string[] {
  return Object.entries(resources).flatMap(([name, { type, properties }]) =>
    wrongMembers(properties, specOf(type).properties, name),
  );
}

function wrongMembers(value: Anything, known: Resource['properties'], at: string): string[] {
  const missing = Object.entries(known).filter(([name, { required }]) => required && !(name in value));
  return [
    ...missing.map(([name]) => `${at}.${name} is missing`),
    ...Object.entries<Anything>(value).flatMap(([name, inner]) => {
      const property = known[name];
      return property === undefined ? [`${at}.${name} is unknown`] : wrongValue(inner, property.type, `${at}.${name}`);
    }),
  ];
}

function wrongValue(value: Anything, type: PropertyType, at: string): string[] {
  const unless = (right: boolean) => (right ? [] : [`${at} is no ${type.type}: ${JSON.stringify(value)}`]);
  switch (type.type) {
    case 'string':
      if (typeof value !== 'string' || type.allowedValues === undefined) return unless(typeof value !== 'object');
      return unless(type.allowedValues.includes(value));
    case 'number':
    case 'integer':
      return unless(Number.isFinite(Number(value)));
    case 'boolean':
      return unless(['true', 'false'].includes(String(value)));
    case 'array':
      if (!Array.isArray(value)) return unless(false);
      return value.flatMap((one, i) => wrongValue(one, type.element, `${at}[${i}]`));
    case 'ref':
      if (typeof value !== 'object') return unless(false);
      return wrongMembers(value, spec.get('typeDefinition', type.reference).properties, at);
    case 'union': {
      const each = type.types.map(one => wrongValue(value, one, at));
      return each.some(wrong => wrong.length === 0) ? [] : (each[0] ?? []);
    }
    default:
      return [];
  }
}
