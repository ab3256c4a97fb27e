import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyProject, freePath, ignoreGenerated } from '../../../src/dataset/projectFolder.ts';

describe('a project folder', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'dgan-folder-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is copied whole, and tells git to leave generated images alone', async () => {
    await mkdir(join(folder, 'a/samples'), { recursive: true });
    await writeFile(join(folder, 'a/samples/1.dgan'), 'x');
    await copyProject(join(folder, 'a'), join(folder, 'b'));
    assert.equal(await readFile(join(folder, 'b/samples/1.dgan'), 'utf8'), 'x');
    assert.match(await readFile(join(folder, 'b/.gitignore'), 'utf8'), /^\/datasets\/$/m);
    assert.deepEqual((await readdir(folder)).sort(), ['a', 'b']);
  });

  it('leaves nothing behind when it cannot be copied', async () => {
    await assert.rejects(copyProject(join(folder, 'missing'), join(folder, 'b')), {
      name: 'UserError',
      message: /^Could not copy the project to /,
    });
    assert.deepEqual(await readdir(folder), []);
  });

  it('keeps a .gitignore that somebody wrote', async () => {
    await writeFile(join(folder, '.gitignore'), 'mine\n');
    await ignoreGenerated(folder);
    assert.equal(await readFile(join(folder, '.gitignore'), 'utf8'), 'mine\n');
  });

  it('gets the first name that is free', async () => {
    const path = join(folder, 'avatars');
    assert.equal(await freePath(path), path);
    await mkdir(path);
    await mkdir(`${path}-2`);
    assert.equal(await freePath(path), `${path}-3`);
  });
});
