import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { JobDefinition } from '../jobTable.ts';

/** What the terminal needs to know of one option of a job's schema. */
interface Field {
  readonly key: string;
  readonly description: string;
  readonly kind: 'text' | 'path' | 'number' | 'number or text' | 'boolean' | 'list';
  readonly choices: readonly string[] | undefined;
  readonly required: boolean;
  readonly defaultValue: unknown;
  /** The schema of one value (of one element of a list). */
  readonly value: z.ZodType;
}

/** Adds a job's options to its command: `wAvg` becomes `--w-avg <text>`, the positional ones become arguments. */
export function addOptions(command: Command, definition: JobDefinition): void {
  const fields = Object.entries(definition.options.shape).map(([key, schema]) => fieldOf(key, schema as z.ZodType));
  for (const key of definition.positional) {
    const field = fields.find((candidate) => candidate.key === key)!;
    const argument = new Argument(field.required ? `<${kebab(key)}>` : `[${kebab(key)}]`, describe(field));
    command.addArgument(argument.argParser((text) => readValue(field, text)));
  }
  for (const field of fields) {
    if (definition.positional.includes(field.key)) continue;
    const flag = `--${kebab(field.key)}`;
    const option = new Option(field.kind === 'boolean' ? flag : `${flag} <${placeholder(field)}>`, describe(field));
    if (field.kind === 'list') {
      option.argParser((text: string, before: unknown[] | undefined) => [...(before ?? []), readValue(field, text)]);
    } else if (field.kind !== 'boolean') {
      option.argParser((text: string) => readValue(field, text));
    }
    command.addOption(option.makeOptionMandatory(field.required));
  }
}

/** The job's options from what commander read; what was not given is left out, so that the schema's defaults apply. */
export function optionsFrom(command: Command, definition: JobDefinition): Record<string, unknown> {
  const own = new Set(Object.keys(definition.options.shape));
  const flags = Object.entries(command.opts()).filter(([key]) => own.has(key));
  const places = definition.positional.map((key, i) => [key, command.processedArgs[i] as unknown] as const);
  const given = Object.fromEntries([...flags, ...places].filter(([, value]) => value !== undefined)) as Record<
    string,
    unknown
  >;
  // A default that is a path counts from where the person stands, as a given one does.
  for (const [key, schema] of Object.entries(definition.options.shape)) {
    const field = fieldOf(key, schema as z.ZodType);
    if (field.kind === 'path' && typeof field.defaultValue === 'string') given[key] ??= resolve(field.defaultValue);
  }
  return given;
}

function fieldOf(key: string, schema: z.ZodType): Field {
  let inner = schema;
  let required = true;
  let defaultValue: unknown;
  for (;;) {
    if (inner instanceof z.ZodDefault) defaultValue = inner.def.defaultValue;
    else if (!(inner instanceof z.ZodOptional) && !(inner instanceof z.ZodExactOptional)) break;
    required = false;
    inner = inner.def.innerType as z.ZodType;
  }
  const meta = inner.meta() ?? {};
  const value = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : inner;
  return {
    key,
    description: meta.description ?? '',
    kind: kindOf(inner, meta['path'] === true),
    choices: value instanceof z.ZodEnum ? value.options.map(String) : undefined,
    required,
    defaultValue,
    value,
  };
}

function kindOf(schema: z.ZodType, isPath: boolean): Field['kind'] {
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodUnion) return 'number or text';
  return isPath ? 'path' : 'text';
}

function readValue(field: Field, text: string): unknown {
  const parsed = field.value.safeParse(rawValue(field.kind, text));
  if (parsed.success) return parsed.data;
  if (field.choices !== undefined) throw new InvalidArgumentError(`Allowed choices are ${field.choices.join(', ')}.`);
  throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; ') + '.');
}

function rawValue(kind: Field['kind'], text: string): unknown {
  switch (kind) {
    case 'path':
      return text === '' ? text : resolve(text);
    case 'number':
      return numberFrom(text);
    case 'number or text':
      return Number.isNaN(numberFrom(text)) ? text : numberFrom(text);
    default:
      return text;
  }
}

function numberFrom(text: string): number {
  // Number('') is 0, which nobody means.
  return text.trim() === '' ? NaN : Number(text);
}

function describe(field: Field): string {
  const choices = field.choices === undefined ? '' : ` (${field.choices.join(', ')})`;
  const { defaultValue } = field;
  const isShown = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return field.description + choices + (isShown ? ` (default: ${defaultValue})` : '');
}

function placeholder(field: Field): string {
  if (field.kind === 'number') return 'n';
  return field.kind === 'path' ? 'path' : field.choices !== undefined ? 'name' : 'text';
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
