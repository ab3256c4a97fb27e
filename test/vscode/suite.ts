import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { resultFiles, type SuiteOptions } from './results.ts';

/** VS Code calls this inside the extension host. What it finds is in files, because an extension host that dies reports success. */
export async function run(): Promise<void> {
  const folder = process.env['DATASETGAN_TEST_RESULTS'];
  if (folder === undefined)
    throw new Error('DATASETGAN_TEST_RESULTS names no folder: start the suite by test/vscode/run.ts.');
  const files = resultFiles(folder);
  const { grep } = JSON.parse(process.env['DATASETGAN_TEST_OPTIONS'] ?? '{}') as SuiteOptions;

  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(files.output, `${format(...args)}\n`);
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: 30_000,
    forbidOnly: process.env['CI'] !== undefined,
    ...(grep === undefined ? {} : { grep }),
  });
  const tests = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  for (const name of tests.sort()) mocha.addFile(join(__dirname, name));

  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const { tests: total = 0, passes = 0, pending = 0 } = runner.stats ?? {};
      writeFileSync(files.stats, JSON.stringify({ tests: total, passes, failures, pending }));
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed.`));
    });
  });
}
