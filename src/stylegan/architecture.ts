/** How a synthesis block of StyleGAN 1 doubles the resolution. The 4×4 block begins from a constant instead. */
export type Upsampling =
  | 'none'
  /** Nearest neighbour ×2, then a 3×3 convolution. */
  | 'nearest'
  /** One transposed convolution with a 4×4 kernel made of four shifted copies of the 3×3 one. */
  | 'fused';

export interface Stylegan1Block {
  /** Height and width of the block's feature maps: 4, 8, 16, … */
  readonly resolution: number;
  readonly channels: number;
  readonly upsampling: Upsampling;
  /** Whether [1,2,1]⊗[1,2,1]/16 is applied after upsampling. */
  readonly blur: boolean;
}

/** Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", CVPR 2019. */
export interface Stylegan1Architecture {
  readonly family: 'stylegan1';
  /** Height and width of the image: those of the last block. */
  readonly resolution: number;
  readonly zSize: number;
  readonly wSize: number;
  readonly mappingLayers: number;
  /** Outputs of every mapping layer but the last, which has `wSize`. */
  readonly mappingWidth: number;
  readonly imageChannels: number;
  /** Blocks 4×4, 8×8, … up to the image's resolution. */
  readonly blocks: readonly Stylegan1Block[];
  /** What instance normalisation adds to the variance: 1e-5 in PyTorch, 1e-8 in TensorFlow. */
  readonly epsilon: number;
}

/** Everything about a generator but its weights; other families join this union. */
export type Architecture = Stylegan1Architecture;

/**
 * Which maps an interpreter sees: `paper` as in DatasetGAN's paper (the outputs of all AdaIN layers), `released` as in
 * its code (per block the second AdaIN's output and the raw output of the second convolution).
 */
export type FeatureSet = 'paper' | 'released';

export interface FeatureMap {
  /**
   * `S00`, `S01`, …: output of AdaIN layer 0, 1, …; `C01`, `C03`, …: raw output of the convolution that leads to
   * `S01`, `S03`, …, before noise, activation and AdaIN. A map has the same name in both sets.
   */
  readonly name: string;
  readonly channels: number;
  /** Height and width. */
  readonly resolution: number;
}

/** The feature maps of a set, in the order in which they are concatenated. */
export function featureMaps(architecture: Architecture, set: FeatureSet): readonly FeatureMap[] {
  return architecture.blocks.flatMap(({ channels, resolution }, block) => {
    const [first, second] = [2 * block, 2 * block + 1];
    const names =
      set === 'paper' ? [adainName(first), adainName(second)] : [adainName(second), convolutionName(second)];
    return names.map((name) => ({ name, channels, resolution }));
  });
}

export function featureNames(architecture: Architecture, set: FeatureSet): readonly string[] {
  return featureMaps(architecture, set).map(({ name }) => name);
}

/** Name of the output of AdaIN layer `layer`, which takes style `layer`. */
export function adainName(layer: number): string {
  return `S${String(layer).padStart(2, '0')}`;
}

/** Name of the raw output of the convolution before AdaIN layer `layer`. */
export function convolutionName(layer: number): string {
  return `C${String(layer).padStart(2, '0')}`;
}

/** The number of style inputs (rows of w+): two per block. */
export function styleLayerCount(architecture: Architecture): number {
  return 2 * architecture.blocks.length;
}

/** Height and width of the noise of each style layer, in order. */
export function noiseResolutions(architecture: Architecture): readonly number[] {
  return architecture.blocks.flatMap(({ resolution }) => [resolution, resolution]);
}
