import { decodeSampleWithPng, readSampleBytes } from './dganFile.ts';
import { pixelsPerId, UNLABELLED } from './labelMap.ts';
import { labelsHash } from './labelsHash.ts';
import type { SampleManifest } from './sample.ts';
import type { GeneratedOrigin } from './synthesisInput.ts';

/** What is worth knowing of a sample without its pixels. */
export interface SampleSummary {
  readonly status: SampleManifest['status'];
  readonly width: number;
  readonly height: number;
  /** Share of the pixels that are labelled, 0 … 1. */
  readonly labelled: number;
  /** Index = class id; 255 = not labelled. */
  readonly pixelsPerId: Uint32Array;
  readonly labelsHash: string;
  readonly origin: GeneratedOrigin | { readonly kind: 'photo' };
}

/** Reads what a `.dgan` file is about; all is checked that reading the sample checks, with the same errors. */
export async function readSampleSummary(path: string): Promise<SampleSummary> {
  const { manifest, labels } = decodeSampleWithPng(await readSampleBytes(path), path);
  const counts = pixelsPerId(labels);
  const { width, height } = labels;
  return {
    status: manifest.status,
    width,
    height,
    labelled: 1 - counts[UNLABELLED]! / (width * height),
    pixelsPerId: counts,
    labelsHash: labelsHash(labels),
    origin: manifest.origin.kind === 'generated' ? manifest.origin : { kind: 'photo' },
  };
}
