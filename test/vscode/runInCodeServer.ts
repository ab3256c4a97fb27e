import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../harness/chromium.ts';
import { startCodeServer } from '../harness/codeServer.ts';
import { repository } from '../harness/repository.ts';
import { followOutput } from './followOutput.ts';
import { resultFiles } from './results.ts';

export interface SuitePlace {
  readonly home: string;
  readonly workspace: string;
  /** The bundled suite. */
  readonly suite: string;
  readonly results: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly showConsole: boolean;
}

export interface SuiteRun {
  readonly userData: string;
  readonly problems: readonly string[];
}

/** The same workbench and extension host as VS Code's, from the npm registry; a headless Chromium opens it. */
export async function runInCodeServer(place: SuitePlace): Promise<SuiteRun> {
  const { home, workspace, suite, env } = place;
  const problems: string[] = [];
  const server = await startCodeServer({ home, env, smokeTestDriver: true });
  const browser = await launchChromium(home);
  const files = resultFiles(place.results);
  const following = followOutput(files.output);
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    const consoleLines: string[] = [];
    page.on('console', (message) => {
      consoleLines.push(`[${message.type()}] ${message.text()}`);
      if (place.showConsole) console.log(consoleLines.at(-1));
    });
    page.on('pageerror', (error) => problems.push(`The page threw: ${error.stack ?? error.message}`));

    let exit!: (code: number) => void;
    const exited = new Promise<number>((resolve) => (exit = resolve));
    await page.exposeFunction('codeAutomationLog', () => undefined);
    await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));

    const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    await page.goto(
      server.url(workspace, [
        ['extensionDevelopmentPath', remote(repository)],
        ['extensionTestsPath', remote(suite)],
        ['skipWelcome', 'true'],
      ]),
    );
    const code = await Promise.race([exited, sleep(place.timeoutMs, undefined, { ref: false })]);
    if (code !== 0) {
      if (code === undefined) problems.push(`Not done after ${place.timeoutMs / 1000} s.`);
      const picture = join(home, 'failure.png');
      await page.screenshot({ path: picture }).catch(() => undefined);
      if (!existsSync(files.stats)) console.error(consoleLines.slice(-15).join('\n'));
      console.error(`Picture of the workbench: ${picture}`);
    }
  } finally {
    await browser.close();
    await server.stop();
    following.stop();
  }
  return { userData: server.userData, problems };
}
