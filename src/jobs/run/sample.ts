import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSample } from '../../dataset/dganFile.ts';
import { frameImage } from '../../dataset/frameImage.ts';
import { unlabelledMap } from '../../dataset/labelMap.ts';
import { projectPaths, readProject } from '../../dataset/projectFile.ts';
import { SAMPLE_VERSION } from '../../dataset/sample.ts';
import { synthesisInput, type GeneratedOrigin } from '../../dataset/synthesisInput.ts';
import { cropEntry } from '../../interpreter/labelFrame.ts';
import { Synthesizer } from '../../stylegan/synthesizer.ts';
import type { JobRunner } from '../runner.ts';
import { projectFrame } from './projectFrame.ts';
import { projectGenerator } from './projectGenerator.ts';

/** Draws the next samples of a seed. Files that are there are never touched: they may hold labels. */
export const run: JobRunner<'sample'> = async (options, { project, signal, progress }) => {
  const opened = await readProject(project);
  const { settings } = opened;
  const generator = await projectGenerator(opened);
  const { architecture } = generator;
  const frame = projectFrame(opened, generator);
  const folder = options.out ?? projectPaths(opened).samples;
  const first = await nextIndex(folder, options.seed);
  const truncation = {
    psi: options.psi ?? settings.generation.truncation.psi,
    layers: options.layers ?? settings.generation.truncation.layers,
  };

  // On the CPU whatever else there is: a few images are soon drawn, and their bytes are the same everywhere.
  const synthesizer = new Synthesizer(generator, [], { provider: 'cpu', cpuFallback: 'allow' });
  const files: string[] = [];
  try {
    for (let done = 0; done < options.count; done++) {
      signal.throwIfAborted();
      progress({ stage: 'drawing samples', done, total: options.count, unit: 'samples' });
      const index = first + done;
      const file = fileName(options.seed, index);
      const origin: GeneratedOrigin = {
        kind: 'generated',
        generator: { name: generator.facts.name, sha256: generator.sha256 },
        latent: { space: 'z', seed: options.seed, index },
        truncation,
        noise: { kind: 'constant' },
      };
      const { image } = await synthesizer.render(synthesisInput(origin, architecture, file));
      await writeSample(join(folder, file), {
        manifest: {
          format: 'datasetgan-sample',
          version: SAMPLE_VERSION,
          origin,
          ...cropEntry(frame),
          status: 'open',
          classes: settings.classes,
        },
        image: frameImage(image, frame),
        labels: unlabelledMap(frame.width, frame.height),
      });
      files.push(file);
    }
  } finally {
    await synthesizer.release();
  }
  progress({ stage: 'drawing samples', done: options.count, total: options.count, unit: 'samples' });
  return { folder, files };
};

/** `0-000042.dgan`: seed and index of the latent. */
function fileName(seed: number, index: number): string {
  return `${seed}-${String(index).padStart(6, '0')}.dgan`;
}

/** One more than the largest index that has a file in the folder. */
async function nextIndex(folder: string, seed: number): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const indices = names.flatMap((name) => {
    const found = /^(\d+)-(\d{6,})\.dgan$/.exec(name);
    return found !== null && Number(found[1]) === seed ? [Number(found[2])] : [];
  });
  return indices.reduce((next, index) => Math.max(next, index + 1), 0);
}
