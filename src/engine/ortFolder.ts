import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { messageOf, UserError } from '../base/userError.ts';

/**
 * `--ort <folder>` takes ONNX Runtime's CUDA libraries on Linux. ONNX Runtime loads libonnxruntime_providers_*.so from
 * the folder through which libonnxruntime.so.1 itself was loaded (measured with LD_DEBUG=files; a link counts as lying
 * where the link lies), not from the library path. The addon finds libonnxruntime.so.1 by LD_LIBRARY_PATH before its
 * own folder. So a folder of links, with the package's core beside the person's provider libraries, first in the
 * LD_LIBRARY_PATH of a new process, does it without touching the package.
 */

const needed = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] as const;

/** The links to make, from name to target. @throws UserError when the folder lacks a library or can't be used here */
export function ortLinks(
  folder: string,
  files: readonly string[],
  core: string,
  platform: string,
): ReadonlyMap<string, string> {
  if (platform !== 'linux') {
    throw new UserError(`--ort ${folder} is of use on Linux only; here the graphics card needs no further libraries.`);
  }
  const missing = needed.filter((name) => !files.includes(name));
  if (missing.length > 0) {
    throw new UserError(
      `The folder ${folder} given with --ort lacks ${missing.join(' and ')}; ` +
        'they are in runtimes/linux-x64/native of the NuGet package Microsoft.ML.OnnxRuntime.Gpu.Linux.',
    );
  }
  const providers = files.filter((name) => /^libonnxruntime_providers_\w+\.so$/.test(name));
  return new Map([
    ['libonnxruntime.so.1', core],
    ...providers.map((name): [string, string] => [name, join(folder, name)]),
  ]);
}

/**
 * The environment for a child process that is to use the libraries: a process can't change its own library path.
 * The person's folder follows the links, since CUDA's libraries may lie there too.
 */
export function ortEnvironment(
  linkFolder: string,
  folder: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): NodeJS.ProcessEnv {
  const before = environment['LD_LIBRARY_PATH'];
  const path = [linkFolder, folder, ...(before ? [before] : [])].join(':');
  return { ...environment, LD_LIBRARY_PATH: path };
}

/**
 * Makes `linkFolder` (for example in the project's .datasetgan folder) and gives the child's environment.
 * @throws UserError when the folder can't be read or lacks a library
 */
export async function prepareOrtFolder(
  ort: string,
  linkFolder: string,
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<NodeJS.ProcessEnv> {
  const folder = resolve(ort);
  const links = ortLinks(folder, await filesOf(folder), packagedCore(), process.platform);
  const target = resolve(linkFolder);
  await mkdir(target, { recursive: true });
  for (const [name, file] of links) {
    // By rename, so that a process that starts meanwhile finds the old link or the new one.
    const temporary = join(target, `${name}.${process.pid}`);
    await rm(temporary, { force: true });
    await symlink(file, temporary);
    await rename(temporary, join(target, name));
  }
  return ortEnvironment(target, folder, environment);
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new UserError(`The folder ${folder} given with --ort can't be read: ${messageOf(error)}.`, { cause: error });
  }
}

/** libonnxruntime.so.1 of the installed onnxruntime-node, found without loading it. */
function packagedCore(): string {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(main), '..', 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime.so.1');
}
