import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../harness/repository.ts';

let made: string | undefined;

/** The .vsix as a person would install it, made once per run; DATASETGAN_DEVELOPMENT=1 takes the clone as it is instead. */
export function packagedExtension(): string | undefined {
  if (process.env['DATASETGAN_DEVELOPMENT'] !== undefined) return undefined;
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  if (scripts['package'] === undefined) return undefined;
  made ??= makePackage();
  return made;
}

function makePackage(): string {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'package'], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`"npm run package" failed:\n${stdout}${stderr}`);
  const folders = [repository, join(repository, 'out')];
  const packages = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.vsix'))
      .map((name) => join(folder, name)),
  );
  const newest = packages.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (newest === undefined) throw new Error('"npm run package" left no .vsix.');
  return newest;
}
