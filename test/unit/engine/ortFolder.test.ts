import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../src/base/userError.ts';
import { ortEnvironment, ortLinks, prepareOrtFolder } from '../../../src/engine/ortFolder.ts';

const shared = 'libonnxruntime_providers_shared.so';
const cuda = 'libonnxruntime_providers_cuda.so';

describe('the folder of --ort', () => {
  it("links the provider libraries beside the package's core", () => {
    const links = ortLinks('/opt/ort', [shared, cuda, 'libonnxruntime.so', 'readme.txt'], '/package/core', 'linux');
    assert.deepEqual(Object.fromEntries(links), {
      'libonnxruntime.so.1': '/package/core',
      [shared]: `/opt/ort/${shared}`,
      [cuda]: `/opt/ort/${cuda}`,
    });
  });

  it('comes before the library path that was there', () => {
    const environment = (before?: string) =>
      ortEnvironment('/links', '/opt/ort', before === undefined ? {} : { LD_LIBRARY_PATH: before })['LD_LIBRARY_PATH'];
    assert.equal(environment('/usr/local/cuda/lib64'), '/links:/opt/ort:/usr/local/cuda/lib64');
    assert.equal(environment(''), '/links:/opt/ort'); // an empty entry would mean the current folder
    assert.equal(environment(), '/links:/opt/ort');
  });

  it('is refused with what it lacks, where it is of no use, and when it is not there', async () => {
    assert.throws(() => ortLinks('/opt/ort', [shared], '/core', 'linux'), /lacks libonnxruntime_providers_cuda\.so;/);
    assert.throws(() => ortLinks('/opt/ort', [shared, cuda], '/core', 'win32'), UserError);
    await assert.rejects(prepareOrtFolder('/no/such/folder', '/no/links'), /\/no\/such\/folder .* can't be read/);
  });

  it('is where a child process looks for the CUDA provider', async function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(60_000);
    const folder = await mkdtemp(join(tmpdir(), 'dgan-ort-'));
    try {
      for (const name of [shared, cuda]) await writeFile(join(folder, name), 'no library');
      const links = join(folder, 'links');
      const environment = await prepareOrtFolder(folder, links);
      await prepareOrtFolder(folder, links); // a second time over the first
      const script = `
        const ort = require('onnxruntime-node');
        ort.InferenceSession.create(new Uint8Array(1), { executionProviders: ['cuda'] }).catch(() => {});`;
      // The stand-in can't be loaded; the message says from where it was tried.
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env: environment });
      assert.match(stdout + stderr, new RegExp(`${links}/${shared}: file too short|${links}/${shared}: invalid ELF`));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
