import { noiseResolutions } from './architecture.ts';
import type { Generator } from './generator.ts';

/** What stands behind a generator that its checkpoint may not say: w_avg, noise, and what its reader assumed. */
export function assumptions(generator: Generator): readonly string[] {
  if ('graph' in generator) return generator.facts.assumed ?? [];
  const { wAvg, noise, assumed = [] } = generator.facts;
  const addsNoise = noiseResolutions(generator.architecture).length > 0;
  const average =
    wAvg.from === 'file'
      ? 'The mean latent w_avg is as read.'
      : `The mean latent w_avg is not in the file: it is the mean of mapping(z) over ${wAvg.samples.toLocaleString('en')} z of seed ${wAvg.seed}.`;
  const constant =
    noise.from === 'file'
      ? 'The constant noise is as read.'
      : `The constant noise is not in the file: it was drawn from seed ${noise.seed}.`;
  return [average, addsNoise ? constant : 'It adds no noise.', ...assumed];
}
