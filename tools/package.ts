// npm run package [-- --target linux-x64|linux-arm64|win32-x64|win32-arm64|darwin-arm64]: makes out/datasetgan-<target>-<version>.vsix with that
// platform's native binaries only. What goes in is listed here, and not in a .vscodeignore: of onnxruntime-node's 288 MB a target needs
// one folder, and vsce would take all.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** onnxruntime-node has no build for other platforms. */
const TARGETS = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64'];

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string', default: 'out' },
  },
});
const { target, out } = values;
if (!TARGETS.includes(target)) {
  console.error(`There is no build for "${target}"; there are: ${TARGETS.join(', ')}.`);
  process.exit(1);
}

const [platform, arch] = target.split('-') as [string, string];
const staging = join(out, `package-${target}`);
rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });

const take = (path: string, to = path): void => cpSync(path, join(staging, to), { recursive: true });
const bundles = readdirSync('dist').filter((name) => name.endsWith('.cjs'));
for (const name of [...bundles, 'THIRD-PARTY-NOTICES.txt']) take(join('dist', name));
for (const name of readdirSync('dist/webview').filter((file) => /\.(js|css|ttf)$/.test(file)))
  take(join('dist/webview', name));
for (const path of ['LICENSE', 'README.md', 'package.nls.json', 'media', 'models']) take(path);

// Below dist/, where the bundles look first, and where vsce does not take it for a development dependency.
const runtime = 'node_modules/onnxruntime-node';
const native = `bin/napi-v6/${platform}/${arch}`;
// The Mac's library lies there under a second name too.
const binaries = readdirSync(join(runtime, native)).filter((name) =>
  /^(onnxruntime_binding\.node|libonnxruntime(\.1\.dylib|\.so\.1)|\w+\.dll)$/.test(name),
);
for (const name of ['package.json', ...scriptsIn(join(runtime, 'dist')), ...binaries.map((file) => join(native, file))])
  take(join(runtime, name), join('dist', runtime, name));
const common = 'node_modules/onnxruntime-common';
for (const name of ['package.json', ...scriptsIn(join(common, 'dist/cjs')), 'dist/cjs/package.json'])
  if (existsSync(join(common, name))) take(join(common, name), join('dist', common, name));

// What only npm and the developers need stays out; "files" tells vsce that the list was made.
const developers = ['scripts', 'devDependencies', 'dependencies', 'files', 'bin', 'prettier', 'mocha'];
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const shipped = Object.entries(manifest).filter(([key]) => !developers.includes(key));
writeFileSync(
  join(staging, 'package.json'),
  JSON.stringify({ ...Object.fromEntries(shipped), files: ['**'] }, undefined, 2),
);
// The package comes without the text that its licence asks for.
writeFileSync(join(staging, 'dist', runtime, 'LICENSE'), mit('Microsoft Corporation'));

const file = join(out, `datasetgan-${target}-${manifest.version}.vsix`);
rmSync(file, { force: true });
execFileSync(
  process.execPath,
  [
    join(import.meta.dirname, '../node_modules/@vscode/vsce/vsce'),
    ...[
      'package',
      '--target',
      target,
      '--no-dependencies',
      '--skip-license',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
    ],
    ...['--out', resolve(file)],
  ],
  { cwd: staging, stdio: ['ignore', 'ignore', 'inherit'] },
);
rmSync(staging, { recursive: true, force: true });
console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);

/** The .js files below a folder of a package, relative to the package. */
function scriptsIn(folder: string): readonly string[] {
  const root = /^node_modules\/[^/]+/.exec(folder.replaceAll('\\', '/'))![0];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name).slice(root.length + 1));
}

function mit(holder: string): string {
  const [, ...text] = readFileSync('LICENSE', 'utf8').split(/^Copyright.*$/m);
  return `MIT License\n\nCopyright (c) ${holder}${text.join('')}`;
}
