// Runs test/vscode/*.test.ts inside an extension host: in code-server and Chromium, or (--desktop) in VS Code desktop by
// @vscode/test-electron. See test/README.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loggedErrors } from '../harness/loggedErrors.ts';
import { makeSampleWorkspace } from '../harness/sampleWorkspace.ts';
import { bundleSuite } from './bundleSuite.ts';
import { runInCodeServer } from './runInCodeServer.ts';
import { runInDesktop } from './runInDesktop.ts';
import { resultFiles, type SuiteStats } from './results.ts';

const { values: options } = parseArgs({
  options: {
    grep: { type: 'string', short: 'g' },
    desktop: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '600' },
    keep: { type: 'boolean', default: false },
    console: { type: 'boolean', default: false },
  },
});

const linux = process.platform === 'linux' && process.arch === 'x64';
if (!options.desktop && !linux)
  console.log(`No code-server for ${process.platform} ${process.arch}: in VS Code desktop.`);

const home = mkdtempSync(join(tmpdir(), 'dgan-vscode-'));
const workspace = join(home, 'avatars');
const results = join(home, 'results');
mkdirSync(results);
await makeSampleWorkspace(workspace);

const { grep } = options;
const suite = await bundleSuite();
const place = {
  home,
  workspace,
  suite,
  results,
  env: {
    DATASETGAN_TEST_RESULTS: results,
    DATASETGAN_TEST_OPTIONS: JSON.stringify(grep === undefined ? {} : { grep }),
  },
  timeoutMs: Number(options.timeout) * 1000,
  showConsole: options.console,
};
const { userData, problems } = options.desktop || !linux ? await runInDesktop(place) : await runInCodeServer(place);

const files = resultFiles(results);
const lines = (file: string) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
const stats = existsSync(files.stats) ? (JSON.parse(readFileSync(files.stats, 'utf8')) as SuiteStats) : undefined;
const wrong = [...problems];
if (stats === undefined) wrong.push('The suite left no result: the extension host died, or it never ran.');
else if (stats.failures > 0) wrong.push(`${stats.failures} tests failed.`);
else if (stats.passes === 0) wrong.push('Not one test passed.');
const expected = lines(files.expectedErrors).map((source) => new RegExp(source));
wrong.push(...loggedErrors(userData, expected).map((entry) => `In the log: ${entry}`));

if (wrong.length === 0) {
  if (!options.keep) rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  console.log('The suite in the extension host is green.');
} else {
  for (const sentence of wrong) console.error(sentence);
  console.error(`Logs and workspace stay in ${home}.`);
}
process.exit(wrong.length === 0 ? 0 : 1);
