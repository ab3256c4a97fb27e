import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileWhole } from '../../../src/base/atomicFile.ts';
import { UserError } from '../../../src/base/userError.ts';

describe('writing a file whole', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whole-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes the folder, replaces what was there, and leaves nothing else', async () => {
    const path = join(folder, 'a/b.txt');
    await writeFileWhole(path, 'one');
    await writeFileWhole(path, new TextEncoder().encode('two'));
    assert.equal(await readFile(path, 'utf8'), 'two');
    assert.deepEqual(await readdir(join(folder, 'a')), ['b.txt']);
  });

  it('says which file could not be written, and why', async () => {
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, 'file/inside.txt');
    await assert.rejects(
      writeFileWhole(path, 'x'),
      (error) => error instanceof UserError && error.message.includes(`Could not write ${path}: `),
    );
  });

  it('keeps the old file when the disk is full', async function () {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      console.error('\n*** SKIPPED: a small disk to fill can only be mounted by root on Linux. ***\n');
      this.skip();
    }
    try {
      const path = join(disk, 'kept.txt');
      await writeFile(path, 'old');
      await assert.rejects(writeFileWhole(path, new Uint8Array(4e6)), /Could not write .*kept\.txt: .*no space left/i);
      assert.equal(await readFile(path, 'utf8'), 'old');
      assert.deepEqual(await readdir(disk), ['kept.txt']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
