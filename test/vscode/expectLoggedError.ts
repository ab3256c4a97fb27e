import { appendFileSync } from 'node:fs';
import { resultFiles } from './results.ts';

/** An error in the log fails the run, unless the test that provokes it says so here. */
export function expectLoggedError(pattern: RegExp): void {
  const folder = process.env['DATASETGAN_TEST_RESULTS'];
  if (folder !== undefined) appendFileSync(resultFiles(folder).expectedErrors, `${pattern.source}\n`);
}
