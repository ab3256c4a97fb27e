import { closest, distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { UserError } from '../base/userError.ts';

/**
 * `value` as the schema understands it.
 * @param name How errors call the file (and its entry).
 * @throws UserError that names the file and the key, and for an unknown key the nearest known one.
 */
export function checked<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(`${name}: ${sentence(result.error.issues, schema, [])}.`);
}

type Path = readonly PropertyKey[];

function sentence(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, above: Path): string {
  const issue = issues[0];
  if (!issue) return 'something in it has a wrong form';
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0]!;
      const near = nearest(key, knownKeys(schema, path));
      return `there is no key "${keyPath([...path, key])}"${near === undefined ? '' : ` (did you mean "${near}"?)`}`;
    }
    case 'invalid_union': {
      const branch = likeliest(issue.errors);
      return branch
        ? sentence(branch, schema, path)
        : `"${keyPath(path)}" must be ${optionsOf(issue) ?? 'of another form'}`;
    }
    default: {
      const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      // "Invalid input: expected number, received string" → "expected number, received string"
      const message = issue.message.replace(/^Invalid [a-z]+: /, '');
      if (path.length === 0) return message;
      return missing ? `"${keyPath(path)}" is missing` : `"${keyPath(path)}": ${message}`;
    }
  }
}

/** Of a union's forms, the one that comes nearest to what stands there: one whose constants agree, then the fewest mistakes. */
function likeliest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const cost = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, { code, path }) => sum + (code === 'invalid_value' || path.length === 0 ? 100 : 1), 0);
  return [...branches].sort((a, b) => cost(a) - cost(b))[0];
}

function optionsOf(issue: z.core.$ZodIssueInvalidUnion): string | undefined {
  const options = 'options' in issue ? issue.options : undefined;
  return Array.isArray(options) ? options.map((option) => JSON.stringify(option)).join(' or ') : undefined;
}

/** `interpreter.hidden[0]` */
function keyPath(path: Path): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}

function nearest(key: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(key, [...known]);
  // Half of the letters wrong is no longer a typo.
  return distance(key.toLowerCase(), best.toLowerCase()) <= Math.max(2, key.length / 2) ? best : undefined;
}

/** The keys that the schema knows at `path`, read from its JSON schema, which is plain data. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  interface Node {
    properties?: Record<string, Node>;
    additionalProperties?: Node | boolean;
    items?: Node | Node[];
    prefixItems?: Node[];
    anyOf?: Node[];
    oneOf?: Node[];
  }
  const forms = (node: Node): Node[] => [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(forms)];
  let nodes = forms(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node);
  for (const part of path)
    nodes = nodes
      .flatMap(({ properties, items }) =>
        typeof part === 'number' ? (items ?? []) : (properties?.[String(part)] ?? []),
      )
      .flatMap(forms);
  return nodes.flatMap(({ properties }) => Object.keys(properties ?? {}));
}
