import { writeFileWhole } from '../../base/atomicFile.ts';
import { readProject } from '../../dataset/projectFile.ts';
import { encodeFactory } from '../../interpreter/factory.ts';
import { cropEntry } from '../../interpreter/labelFrame.ts';
import { psiPerLayer } from '../../stylegan/generator.ts';
import type { JobRunner } from '../runner.ts';
import { projectFrame } from './projectFrame.ts';
import { projectGenerator } from './projectGenerator.ts';
import { projectInterpreter } from './projectInterpreter.ts';

/** Writes generator and interpreter as one model that any ONNX runtime runs. */
export const run: JobRunner<'export-factory'> = async ({ out, psi, layers }, { project }) => {
  const opened = await readProject(project);
  const generator = await projectGenerator(opened);
  const interpreter = await projectInterpreter(opened, generator);
  const frame = projectFrame(opened, generator);
  const defaults = opened.settings.generation.truncation;
  const truncation = { psi: psi ?? defaults.psi, layers: layers ?? defaults.layers };
  const { name, attribution } = generator.facts;
  const bytes = encodeFactory(
    { network: generator, ensemble: interpreter, frame },
    {
      batch: 1,
      psi: psiPerLayer(generator.architecture, truncation.psi, truncation.layers),
      description: {
        generator: { name, sha256: generator.sha256 },
        interpreter: { sha256: interpreter.sha256 },
        classes: interpreter.facts.classes,
        truncation,
        ...cropEntry(frame),
        ...(attribution === undefined ? {} : { attribution }),
      },
    },
  );
  await writeFileWhole(out, bytes);
  return { out, bytes: bytes.length };
};
