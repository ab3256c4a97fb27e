// Builds dist/. With --setup it first installs when node_modules does not match the lock file, so that
// `npm start` and `npm test` work on a fresh clone. Only Node's own modules may be imported at the top.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';

const stamp = 'node_modules/.datasetgan-lock';

function installWhenTheLockChanged() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

if (process.argv.includes('--setup')) installWhenTheLockChanged();

const { build } = await import('esbuild');

await build({
  entryPoints: { cli: 'src/cli.ts', worker: 'src/jobs/worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // CommonJS has no import.meta; code that looks for files beside itself uses import.meta.url.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  external: ['vscode', 'onnxruntime-node'],
  sourcemap: 'linked',
  logLevel: 'warning',
});
