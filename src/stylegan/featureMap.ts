/**
 * Which maps of StyleGAN 1 an interpreter sees: `paper` as in DatasetGAN's paper (the outputs of all AdaIN layers), `released` as in
 * its code (per block the second AdaIN's output and the raw output of the second convolution). For other families both are the
 * outputs of all synthesis layers.
 */
export type FeatureSet = 'paper' | 'released';

export interface FeatureMap {
  /**
   * `S00`, `S01`, …: output of style layer 0, 1, … (StyleGAN 1: AdaIN; 2 and 3: a synthesis layer after its activation); `C01`, `C03`, …
   * in StyleGAN 1: raw output of the convolution that leads to `S01`, `S03`, …, before noise, activation and AdaIN. A map has the
   * same name in both sets.
   */
  readonly name: string;
  readonly channels: number;
  /** Height and width. */
  readonly resolution: number;
}

/** Name of the output of style layer `layer`. */
export function layerName(layer: number): string {
  return `S${String(layer).padStart(2, '0')}`;
}
