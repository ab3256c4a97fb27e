/** The two image scores of the method, both from the uncertainty of every pixel in nats. */
export interface ImageScores {
  /** The sum over all pixels (the paper, section 3.2). */
  readonly sum: number;
  /** The mean of the most uncertain tenth of the pixels (the released code). */
  readonly top10mean: number;
}

/**
 * Jensen–Shannon divergence of the members' predictions, per pixel, in nats: H(mean softmax(lₘ)) − mean H(softmax(lₘ)),
 * H the entropy with the natural logarithm (DatasetGAN, section 3.2, with the released code's correction of September
 * 2021). The literal definition, in float64; the graphs are tested against it.
 * @param logits [members, classes, pixels]
 * @returns [pixels], each in [0, ln(min(members, classes))]
 */
export function jensenShannon(logits: Float32Array, members: number, classes: number): Float32Array {
  const pixels = logits.length / (members * classes);
  if (!Number.isInteger(pixels)) throw new Error(`${logits.length} logits are not [${members}, ${classes}, pixels].`);
  const result = new Float32Array(pixels);
  const mean = new Float64Array(classes);
  const probability = new Float64Array(classes);
  for (let pixel = 0; pixel < pixels; pixel++) {
    mean.fill(0);
    let meanEntropy = 0;
    for (let member = 0; member < members; member++) {
      softmax(logits, member * classes * pixels + pixel, pixels, probability);
      meanEntropy += entropy(probability) / members;
      for (let k = 0; k < classes; k++) mean[k]! += probability[k]! / members;
    }
    // Rounding may leave −1e-17 where all members agree.
    result[pixel] = Math.max(0, entropy(mean) - meanEntropy);
  }
  return result;
}

/** The largest divergence that so many members and classes can have: ln(min(members, classes)). */
export function largestUncertainty(members: number, classes: number): number {
  return Math.log(Math.min(members, classes));
}

/**
 * Both image scores. The tenth is rounded down, as the released code's `int(pixels / 10)` does, but is at least one pixel.
 * @param uncertainty Per pixel, in nats.
 */
export function imageScores(uncertainty: Float32Array): ImageScores {
  if (uncertainty.length === 0) throw new Error('An image has at least one pixel.');
  const sorted = uncertainty.slice().sort();
  let sum = 0;
  // From small to large: the same order for every arrangement of the same pixels, so equal values give equal sums.
  for (const value of sorted) sum += value;
  const tenth = Math.max(1, Math.floor(sorted.length / 10));
  let top = 0;
  for (let i = sorted.length - tenth; i < sorted.length; i++) top += sorted[i]!;
  return { sum, top10mean: top / tenth };
}

function softmax(logits: Float32Array, from: number, stride: number, into: Float64Array): void {
  let largest = -Infinity;
  for (let k = 0; k < into.length; k++) largest = Math.max(largest, logits[from + k * stride]!);
  let sum = 0;
  for (let k = 0; k < into.length; k++) sum += into[k] = Math.exp(logits[from + k * stride]! - largest);
  for (let k = 0; k < into.length; k++) into[k]! /= sum;
}

function entropy(distribution: Float64Array): number {
  let sum = 0;
  for (const p of distribution) if (p > 0) sum -= p * Math.log(p); // 0 · ln 0 = 0
  return sum;
}
