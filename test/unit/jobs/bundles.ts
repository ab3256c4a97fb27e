import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerEntry } from '../../../src/jobs/workerEntry.ts';

/** The tests' programs, bundled as the real ones are: they start in a tenth of the time that tsx takes. */
export interface Bundles {
  readonly worker: WorkerEntry;
  /** `dgan` with that worker; the worker's file is its first argument. */
  readonly cli: string;
  readonly lockTaker: string;
}

let made: Promise<Bundles> | undefined;

export function bundles(): Promise<Bundles> {
  made ??= make();
  return made;
}

async function make(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'dgan-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const here = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  await build({
    entryPoints: [here('testWorker'), here('testCli'), here('lockTaker')],
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    external: ['onnxruntime-node'],
    logLevel: 'warning',
  });
  const at = (name: string): string => join(folder, `${name}.cjs`);
  return { worker: { file: at('testWorker'), execArgv: [] }, cli: at('testCli'), lockTaker: at('lockTaker') };
}
