import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { copyProject } from '../../src/dataset/projectFolder.ts';
import { repository } from './repository.ts';

/** A copy of the bundled sample project in `folder`, as a git repository with one commit. */
export async function makeSampleWorkspace(folder: string): Promise<void> {
  await copyProject(join(repository, 'models/avatars-64'), folder);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], {
      cwd: folder,
      stdio: 'pipe',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
    });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=The sample project');
}
