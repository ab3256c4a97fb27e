// Builds dist/. With --setup it first installs when node_modules does not match the lock file, so that
// `npm start` and `npm test` work on a fresh clone. Only Node's own modules may be imported at the top.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const stamp = 'node_modules/.datasetgan-lock';

function installWhenTheLockChanged() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const npm = { stdio: 'inherit', shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], npm);
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

/** The licences of all packages whose code is in the bundles, in full. */
function thirdPartyNotices({ inputs }) {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const files = readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
        .map(({ name: file }) => file);
      const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return [`${name} ${version} (${license})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

if (process.argv.includes('--setup')) installWhenTheLockChanged();

const { build } = await import('esbuild');

const shared = { bundle: true, sourcemap: 'linked', metafile: true, logLevel: 'warning', outdir: 'dist' };

const node = await build({
  ...shared,
  entryPoints: {
    extension: 'src/extensionEntry.ts',
    parts: 'src/extension.ts',
    cli: 'src/cli.ts',
    worker: 'src/jobs/worker.ts',
    reader: 'src/vscode/reader/readerEntry.ts',
  },
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // CommonJS has no import.meta; code that looks for files beside itself uses import.meta.url.
  // The extension host logs an error for each touch of its global `navigator`; zod asks it whether it runs at Cloudflare.
  define: { 'import.meta.url': 'importMetaUrl', navigator: 'undefined' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  external: ['vscode', 'onnxruntime-node'],
  // Names stay, so that a stack trace in a person's log can be read.
  minifySyntax: true,
  minifyWhitespace: true,
});

const webviews = await build({
  ...shared,
  // Each with its style sheet beside it.
  entryPoints: { annotator: 'webview/annotator/main.ts', gallery: 'webview/gallery/main.ts' },
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: true,
});

const inputs = { ...node.metafile.inputs, ...webviews.metafile.inputs };
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', `${thirdPartyNotices({ inputs })}\n`);
