import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { definitionOf } from '../../../src/jobs/jobTable.ts';
import { TASK_JOBS, taskDefinitionSchema } from '../../../src/jobs/taskDefinition.ts';

describe('the schema of tasks', () => {
  it('is the manifest’s, so that tasks.json completes what the table of jobs has', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      contributes: { taskDefinitions: unknown };
    };
    const derived = JSON.parse(JSON.stringify(taskDefinitionSchema('datasetgan'))) as unknown;
    assert.deepEqual(
      manifest.contributes.taskDefinitions,
      [derived],
      `it should be ${JSON.stringify(derived, null, 2)}`,
    );
  });

  it('has every option of every job once, and none that a task itself has', () => {
    const { properties } = taskDefinitionSchema('datasetgan');
    const options = new Set(TASK_JOBS.flatMap((job) => Object.keys(definitionOf(job).options.shape)));
    assert.deepEqual(Object.keys(properties).sort(), [...options, 'job', 'project'].sort());
    for (const own of ['type', 'job', 'project', 'label', 'problemMatcher', 'group', 'dependsOn', 'options', 'detail'])
      assert(!options.has(own), own);
  });
});
