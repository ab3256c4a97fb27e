// Brings what the tests need besides npm's packages: on Linux x64 a Vulkan driver in software, which Debian's chromium
// contains, and the loader for it. Run by `npm test`; does nothing where both are there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const needed = {
  chromium: '/usr/lib/chromium/vk_swiftshader_icd.json',
  libvulkan1: '/usr/lib/x86_64-linux-gnu/libvulkan.so.1',
};

if (process.platform === 'linux' && process.arch === 'x64') {
  const missing = Object.entries(needed).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length > 0) install(missing);
}

function install(packages) {
  const commands = [
    ['apt-get', ['update', '-q']],
    ['apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages]],
  ];
  console.log(`Installing ${packages.join(' and ')}, which the GPU tests need.`);
  for (const [command, args] of commands) {
    const root = process.getuid?.() === 0;
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status } = spawnSync(root ? command : 'sudo', root ? args : ['-n', command, ...args], {
      stdio: 'inherit',
      env,
    });
    if (status === 0) continue;
    console.error(
      `Could not install them: run "apt-get install ${packages.join(' ')}" as root, or only "npm run test:unit".`,
    );
    process.exit(1);
  }
}
