import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from '../harness/repository.ts';

/** Bundles the suite and each test file by itself into out/test/vscode: the extension host knows no TypeScript. */
export async function bundleSuite(): Promise<string> {
  const sources = join(repository, 'test/vscode');
  const outdir = join(repository, 'out/test/vscode');
  rmSync(outdir, { recursive: true, force: true });
  const tests = readdirSync(sources).filter((name) => name.endsWith('.test.ts'));
  await build({
    entryPoints: ['suite.ts', ...tests].map((name) => join(sources, name)),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    sourcemap: 'inline',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { 'import.meta.url': 'importMetaUrl', navigator: 'undefined' }, // as in esbuild.mjs
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    external: ['vscode', 'mocha', 'onnxruntime-node'],
    logLevel: 'warning',
  });
  return join(outdir, 'suite.cjs');
}
