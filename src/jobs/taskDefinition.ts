import * as z from 'zod';
import { definitionOf, JOB_NAMES, type JobName } from './jobTable.ts';

/** What a task can run: all that works on a project. */
export const TASK_JOBS: readonly JobName[] = JOB_NAMES.filter((name) => {
  const { project, hidden } = definitionOf(name);
  return project !== 'none' && hidden !== true;
});

/** The manifest's `taskDefinitions` entry, as far as the table of jobs says it. */
export interface TaskDefinitionSchema {
  readonly type: string;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

/**
 * The schema of a task in tasks.json: the job, the project's folder, and the options of all jobs side by side, each with the
 * jobs that it belongs to. VS Code's task schemas can't depend on the value of `job`; when a task runs, its job's own
 * schema checks it.
 */
export function taskDefinitionSchema(type: string): TaskDefinitionSchema {
  const options = new Map<string, { schemas: Map<string, object>; descriptions: Map<string, string[]> }>();
  for (const job of TASK_JOBS) {
    const json = z.toJSONSchema(definitionOf(job).options, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
    for (const [name, property] of Object.entries(json.properties ?? {})) {
      const all = Object.entries(property as Record<string, unknown>);
      // Defaults are the job's own; a path is only text here.
      const schema = Object.fromEntries(all.filter(([key]) => !['description', 'path', 'default'].includes(key)));
      const known = options.get(name) ?? {
        schemas: new Map<string, object>(),
        descriptions: new Map<string, string[]>(),
      };
      known.schemas.set(JSON.stringify(schema), schema);
      const text = (property as { description?: string }).description ?? '';
      known.descriptions.set(text, [...(known.descriptions.get(text) ?? []), job]);
      options.set(name, known);
    }
  }
  const jobs = TASK_JOBS.map((job) => definitionOf(job).summary);
  return {
    type,
    required: ['job'],
    properties: {
      job: { type: 'string', enum: TASK_JOBS, enumDescriptions: jobs, description: '%task.job%' },
      project: {
        type: 'string',
        description: '%task.project%',
      },
      ...Object.fromEntries(
        [...options].map(([name, { schemas, descriptions }]) => {
          const description = [...descriptions].map(([text, of]) => `${of.join(', ')}: ${text}`).join('; ');
          const [first, ...others] = schemas.values();
          // Jobs may mean different things by one name.
          return [name, { ...(others.length === 0 ? first : { anyOf: [first, ...others] }), description }];
        }),
      ),
    },
  };
}
