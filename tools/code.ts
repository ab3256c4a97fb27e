// npm run code: VS Code with this extension on a copy of the sample project: the desktop's when `code` is installed, else (Linux x64) VS Code in
// the browser, as the tests use it. The copy stays in out/sample-project, to go on with another time.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startCodeServer } from '../test/harness/codeServer.ts';
import { repository } from '../test/harness/repository.ts';
import { makeSampleWorkspace } from '../test/harness/sampleWorkspace.ts';

const project = join(repository, 'out/sample-project');
if (!existsSync(project)) await makeSampleWorkspace(project);

// On Windows `code` is a script, which only a shell starts.
const shell = process.platform === 'win32';
const hasDesktop = spawnSync('code', ['--version'], { shell, stdio: 'ignore' }).status === 0;

if (hasDesktop) {
  console.log(`Opening ${project} in VS Code.`);
  const args = ['--new-window', `--extensionDevelopmentPath=${repository}`, project];
  spawn('code', shell ? args.map((arg) => `"${arg}"`) : args, { shell, stdio: 'inherit' });
} else if (process.platform === 'linux' && process.arch === 'x64') {
  const installed = spawnSync(process.execPath, ['test/install.mjs', 'vscode'], { cwd: repository, stdio: 'inherit' });
  if (installed.status !== 0) process.exit(1);
  const server = await startCodeServer({
    home: join(repository, 'out/code-server'),
    settings: { 'workbench.startupEditor': 'none' },
  });
  const remote = `vscode-remote://127.0.0.1:${server.port}${repository}`;
  console.log(`VS Code is at ${server.url(project, [['extensionDevelopmentPath', remote]])}\nCtrl+C ends it.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
} else {
  console.error('Install VS Code, and in it "Shell Command: Install \'code\' command in PATH"; then run this again.');
  process.exitCode = 1;
}
