import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { messageOf } from '../../src/base/userError.ts';
import { repository } from '../harness/repository.ts';
import { followOutput } from './followOutput.ts';
import { resultFiles } from './results.ts';
import type { SuitePlace, SuiteRun } from './runInCodeServer.ts';

/** VS Code desktop: downloaded, or the one that VSCODE_EXECUTABLE names. */
export async function runInDesktop(place: SuitePlace): Promise<SuiteRun> {
  const userData = join(place.home, 'user');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User/settings.json'), JSON.stringify({ 'workbench.startupEditor': 'none' }));
  const executable = process.env['VSCODE_EXECUTABLE'];
  const following = followOutput(resultFiles(place.results).output);
  const problems: string[] = [];
  try {
    const run = runTests({
      ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
      extensionDevelopmentPath: repository,
      extensionTestsPath: place.suite,
      extensionTestsEnv: place.env,
      launchArgs: [
        place.workspace,
        '--disable-extensions', // others', not the one under development
        '--disable-workspace-trust',
        ...['--user-data-dir', userData],
        ...['--extensions-dir', join(place.home, 'extensions')],
      ],
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Not done after ${place.timeoutMs / 1000} s.`)), place.timeoutMs);
    });
    await Promise.race([run, late]).finally(() => clearTimeout(timer));
  } catch (error) {
    problems.push(messageOf(error));
  } finally {
    following.stop();
  }
  return { userData, problems };
}
