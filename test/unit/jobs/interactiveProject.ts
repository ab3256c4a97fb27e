import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectPaths, readProject } from '../../../src/dataset/projectFile.ts';
import type { GeneratedOrigin } from '../../../src/dataset/synthesisInput.ts';
import type { EnsembleArchitecture } from '../../../src/interpreter/ensemble.ts';
import { featureShapes } from '../../../src/interpreter/featureShapes.ts';
import { encodeInterpreter } from '../../../src/interpreter/interpreterFile.ts';
import { decodeGenerator, type StoredGenerator } from '../../../src/stylegan/generator.ts';
import { randomWeights } from '../interpreter/randomInterpreter.ts';

const avatars = fileURLToPath(new URL('../../../models/avatars-64/', import.meta.url));

export async function avatarGenerator(): Promise<StoredGenerator> {
  return decodeGenerator(await readFile(join(avatars, 'generator.onnx')), 'generator.onnx');
}

/** The sample project's generator and classes in a new folder, without samples and without an interpreter. */
export async function copyAvatarProject(folder: string): Promise<void> {
  for (const file of ['datasetgan.json', 'generator.onnx']) await cp(join(avatars, file), join(folder, file));
}

/** An interpreter as after some training, though of random weights. */
export async function writeRandomInterpreter(folder: string, seed: number, members = 3): Promise<void> {
  const project = await readProject(folder);
  const generator = await avatarGenerator();
  const { resolution } = generator.architecture;
  const { classes } = project.settings;
  const architecture: EnsembleArchitecture = {
    members,
    features: 'paper',
    featureShapes: featureShapes(generator.architecture, 'paper'),
    hidden: [16, 8],
    classes: classes.map(({ id }) => id),
    dropout: 'none',
  };
  const bytes = encodeInterpreter({
    architecture,
    weights: randomWeights(architecture, seed),
    facts: {
      generator: { name: generator.facts.name, sha256: generator.sha256 },
      classes,
      labelSize: { height: resolution, width: resolution },
      settings: {
        pixelsPerImage: 1,
        batch: 2,
        epochs: 1,
        minimumSteps: 1,
        patience: 1,
        heldOut: { kind: 'pixels', share: 0.1 },
        evenShare: 0,
        learningRate: 1,
        schedule: 'constant',
        seed,
      },
      samples: 1,
      pixels: 1,
      heldOutAccuracy: 0,
      curve: [],
      best: [],
      provider: 'cpu',
    },
  });
  const path = projectPaths(project).interpreter;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** Image `index` of a seed. */
export async function originOf(index: number): Promise<GeneratedOrigin> {
  const { facts, sha256 } = await avatarGenerator();
  return {
    kind: 'generated',
    generator: { name: facts.name, sha256 },
    latent: { space: 'z', seed: 7, index },
    truncation: { psi: 0.8, layers: 'all' },
    noise: { kind: 'constant' },
  };
}
