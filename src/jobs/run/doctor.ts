import { availableParallelism, cpus, totalmem } from 'node:os';
import { machineFacts } from '../../engine/machineFacts.ts';
import { providerAdvice } from '../../engine/providerAdvice.ts';
import { chooseProvider, providerLabel, thisMachine } from '../../engine/providers.ts';
import type { JobRunner } from '../runner.ts';

/** Says what this machine computes on, why not on something faster, and what to do about it. */
export const run: JobRunner<'doctor'> = async (_, { compute }) => {
  const facts = await machineFacts(compute.ort);
  const choice = await chooseProvider(compute.provider, await thisMachine(compute.threads));
  return {
    versions: {
      'onnxruntime-node': facts.runtimeVersion,
      Node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
    },
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    ...(facts.nvidia === undefined ? {} : { nvidia: facts.nvidia }),
    chosen: choice.chosen,
    tried: choice.tried.map((tried) => ({ ...tried, label: providerLabel[tried.provider] })),
    advice: [...providerAdvice(facts, choice)],
  };
};
