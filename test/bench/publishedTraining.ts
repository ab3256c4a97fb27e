import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { DEFAULT_DROPOUT, DEFAULT_TRAINING } from '../../src/interpreter/trainingSettings.ts';
import { FeatureStore } from '../../src/interpreter/featureStore.ts';
import { trainInterpreter } from '../../src/interpreter/trainInterpreter.ts';
import type { SessionOptions } from '../../src/engine/session.ts';
import { psiPerLayer } from '../../src/stylegan/generator.ts';
import { latentZ } from '../../src/stylegan/latents.ts';
import { Synthesizer } from '../../src/stylegan/synthesizer.ts';
import { RESOLUTION } from './published.ts';
import { architecture, ensemble, network } from './publishedNetwork.ts';

const images = 16;
const pixelsPerImage = 4096;
const epochs = 3;
const options: SessionOptions = { provider: 'cpu', cpuFallback: 'allow' };

/** What training at the published size takes: synthesis, features on disk, gathering and all steps. */
export interface PublishedTraining {
  readonly classes: number;
  readonly seconds: number;
  readonly steps: number;
  readonly peakBytes: number;
}

/** Trains in a process of its own, so that the peak memory is the training's alone. */
export async function publishedTraining(classes: number): Promise<PublishedTraining> {
  const args = ['--import=tsx', fileURLToPath(import.meta.url), String(classes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as PublishedTraining;
}

/** Labels in vertical bands, one for each class: random weights have nothing to learn, only work to do. */
function bands(classes: number): Uint8Array {
  return Uint8Array.from({ length: RESOLUTION ** 2 }, (_, i) => Math.floor(((i % RESOLUTION) * classes) / RESOLUTION));
}

async function train(classes: number): Promise<PublishedTraining> {
  const folder = await mkdtemp(join(tmpdir(), 'published-'));
  const start = performance.now();
  const { featureShapes, classes: ids } = ensemble(classes);
  const synthesizer = new Synthesizer(
    network(),
    featureShapes.map(({ name }) => name),
    options,
  );
  const store = new FeatureStore(folder);
  const psi = psiPerLayer(architecture, 0.7, 8);
  let steps = 0;
  try {
    await trainInterpreter({
      generator: { name: 'random', sha256: '0'.repeat(64) },
      classes: ids.map((id) => ({ id, name: `class ${id}`, colour: '#000000' })),
      featureShapes,
      samples: Array.from({ length: images }, (_, index) => ({
        name: `sample ${index}`,
        labels: { width: RESOLUTION, height: RESOLUTION, data: bands(classes) },
        featureMaps: () =>
          store.maps(
            { generator: 'random', latent: index, truncation: 0.7, noise: 'constant', features: 'paper' },
            featureShapes,
            async () => {
              const latent = { space: 'z', values: latentZ(0, index, architecture.zSize) } as const;
              return (await synthesizer.render({ latent, psi, noise: 'constant' })).features;
            },
          ),
      })),
      plan: {
        members: 10,
        hidden: 'auto',
        features: 'paper',
        dropout: DEFAULT_DROPOUT,
        pixelsPerImage,
        // All epochs, whatever the held-out loss does: it is the work that is measured.
        training: { ...DEFAULT_TRAINING, epochs, patience: 1_000_000 },
      },
      onFeaturesRead: () => synthesizer.release(),
      onProgress: ({ stage, done }) => (steps = stage === 'training' ? done : 0),
    });
  } finally {
    await synthesizer.release();
    await rm(folder, { recursive: true });
  }
  const seconds = (performance.now() - start) / 1000;
  return { classes, seconds, steps, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await train(Number(process.argv[2]))));
}
