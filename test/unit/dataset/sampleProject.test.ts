import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSample } from '../../../src/dataset/dganFile.ts';
import { imageFromTensor } from '../../../src/dataset/image.ts';
import { projectPaths, readProject } from '../../../src/dataset/projectFile.ts';
import { checkMadeBy } from '../../../src/dataset/sample.ts';
import { synthesisInput } from '../../../src/dataset/synthesisInput.ts';
import { decodeGenerator } from '../../../src/stylegan/generator.ts';
import { Synthesizer } from '../../../src/stylegan/synthesizer.ts';

const folder = join(import.meta.dirname, '../../../models/avatars-64');

describe('the sample project', () => {
  it('holds sixteen labelled samples whose images are what its generator renders', async () => {
    const project = await readProject(folder);
    const { generator: path, samples } = projectPaths(project);
    const generator = decodeGenerator(await readFile(path), path);
    assert.equal(project.settings.generator.sha256, generator.sha256);
    assert.match(generator.facts.attribution ?? '', /Johan Melin, CC BY 4\.0/);
    const synthesizer = new Synthesizer(generator, [], { provider: 'cpu', cpuFallback: 'allow' });
    const files = (await readdir(samples)).sort();
    assert.equal(files.length, 16);
    for (const file of files) {
      const sample = await readSample(join(samples, file));
      checkMadeBy(sample, generator.sha256, file);
      assert.equal(sample.manifest.status, 'reviewed');
      const { origin } = sample.manifest;
      assert.equal(origin.kind, 'generated');
      const { image } = await synthesizer.render(synthesisInput(origin, generator.architecture, file));
      const { resolution } = generator.architecture;
      const ours = imageFromTensor(image, resolution, resolution).data;
      // The original program ran on other kernels: a value on the border between two bytes may fall to the other side.
      const off = ours.reduce((count, byte, i) => count + (byte === sample.image.data[i] ? 0 : 1), 0);
      const most = ours.reduce((worst, byte, i) => Math.max(worst, Math.abs(byte - sample.image.data[i]!)), 0);
      assert.ok(most <= 1 && off < 0.01 * ours.length, `${file}: ${off} bytes differ, by ${most} at most`);
    }
    await synthesizer.release();
  });
});
