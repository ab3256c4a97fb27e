import { readFileSync } from 'node:fs';
import { featureShapes } from '../../src/interpreter/featureShapes.ts';
import { initialWeights, type EnsembleArchitecture } from '../../src/interpreter/ensemble.ts';
import { encodeFactory } from '../../src/interpreter/factory.ts';
import { wholePlan } from '../../src/interpreter/tilePlan.ts';
import { Session, type SessionOptions } from '../../src/engine/session.ts';
import { float32, float32Data } from '../../src/engine/tensor.ts';
import { decodeGenerator, psiPerLayer } from '../../src/stylegan/generator.ts';
import { latentZ } from '../../src/stylegan/latents.ts';
import { answerOnSoftwareAdapter } from './softwareAdapter.ts';

export interface FactoryLabels {
  readonly image: Float32Array;
  readonly labels: Uint8Array;
  readonly uncertainty: Float32Array;
}

/** The bundled generator with ten members, from z to labels, on one provider. */
async function labelled(options: SessionOptions): Promise<FactoryLabels> {
  const file = new URL('../../models/avatars-64/generator.onnx', import.meta.url);
  const network = decodeGenerator(readFileSync(file), 'generator.onnx');
  const { architecture } = network;
  const ensemble: EnsembleArchitecture = {
    members: 10,
    features: 'paper',
    featureShapes: featureShapes(architecture, 'paper'),
    hidden: [128, 32],
    classes: [0, 1, 2, 3, 4, 5, 6, 7],
    dropout: 'none',
  };
  const { resolution } = architecture;
  const model = encodeFactory(
    { network, ensemble: { architecture: ensemble, weights: initialWeights(ensemble, 1) } },
    {
      batch: 1,
      psi: psiPerLayer(architecture, 0.8, 'all'),
      plan: wholePlan({ height: resolution, width: resolution }),
    },
  );
  const session = await Session.create(model, options);
  const result = await session.run({ z: float32([1, architecture.zSize], latentZ(0, 0, architecture.zSize)) });
  await session.release();
  return {
    image: float32Data(result['image']),
    labels: result['labels']!.data as Uint8Array,
    uncertainty: float32Data(result['uncertainty']),
  };
}

answerOnSoftwareAdapter(async () => ({
  webgpu: await labelled({ provider: 'webgpu', cpuFallback: 'forbid' }),
  cpu: await labelled({ provider: 'cpu', cpuFallback: 'allow' }),
}));
