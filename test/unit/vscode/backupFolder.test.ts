import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackupFolder } from '../../../src/vscode/annotator/backupFolder.ts';

describe('the backups of unsaved labels', () => {
  const uri = 'file:///project/samples/003.dgan';
  const [older, newer] = [Buffer.from('older'), Buffer.from('newer')];
  let folder: string;
  let backups: BackupFolder;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dgan-backups-'));
    backups = new BackupFolder(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are found by their id and, after a crash, by their file', async () => {
    await backups.keep(uri, older);
    const { id } = await backups.keep(uri, newer);
    const afterwards = new BackupFolder(folder);
    assert.deepEqual(await afterwards.read(id), newer);
    assert.deepEqual(await afterwards.leftOf(uri), newer);
    assert.equal(await afterwards.leftOf('file:///project/samples/004.dgan'), undefined);
  });

  it('stay when VS Code deletes the one before, and go with the last', async () => {
    const first = await backups.keep(uri, older);
    const second = await backups.keep(uri, newer);
    first.delete();
    assert.deepEqual(await backups.leftOf(uri), newer);
    second.delete();
    assert.equal(await backups.read(second.id), undefined);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('are not put back of a document that was closed, unless VS Code asks for them by id', async () => {
    const { id } = await backups.keep(uri, newer);
    await backups.setAside(uri);
    await backups.setAside(uri);
    assert.deepEqual(await new BackupFolder(folder).read(id), newer);
    assert.equal(await backups.leftOf(uri), undefined);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('are only what lies in their folder', async () => {
    assert.equal(await backups.read('/etc/hostname'), undefined);
    assert.equal(await backups.read(`../${'0'.repeat(63)}.unsaved`), undefined);
  });
});
