/** One member's weights as rows of numbers, for the float64 reference. */
export interface ReferenceMember {
  w1: number[][];
  b1: number[];
  w2: number[][];
  b2: number[];
  w3: number[][];
  b3: number[];
  norm: [ReferenceNorm, ReferenceNorm];
}

interface ReferenceNorm {
  scale: number[];
  bias: number[];
  mean: number[];
  variance: number[];
}

export interface ReferenceBatch {
  readonly x: readonly (readonly number[])[];
  readonly labels: readonly number[];
  /** What the hidden layers' results are multiplied by. */
  readonly masks: readonly [number[][], number[][]];
}

interface Moments {
  mean: number;
  variance: number;
}

/**
 * Trains one member step by step with nothing but loops and float64: Linear, ReLU, batch norm, dropout, twice; Linear;
 * softmax cross-entropy; gradients by hand; Adam (Kingma & Ba 2015, Algorithm 1).
 * @returns the loss of each step
 */
export function trainReference(member: ReferenceMember, batches: readonly ReferenceBatch[]): number[] {
  const moments = new Map<string, Moments>();
  return batches.map((batch, t) => {
    const { loss, gradients } = lossAndGradients(member, batch);
    for (const [name, { parameter, gradient }] of Object.entries(gradients)) {
      gradient.forEach((row, i) => {
        row.forEach((g, j) => {
          const key = `${name} ${i} ${j}`;
          const state = moments.get(key) ?? { mean: 0, variance: 0 };
          state.mean = 0.9 * state.mean + 0.1 * g;
          state.variance = 0.999 * state.variance + 0.001 * g * g;
          moments.set(key, state);
          const mean = state.mean / (1 - 0.9 ** (t + 1));
          const variance = state.variance / (1 - 0.999 ** (t + 1));
          parameter[i]![j]! -= (0.001 * mean) / (Math.sqrt(variance) + 1e-8);
        });
      });
    }
    return loss;
  });
}

function lossAndGradients(member: ReferenceMember, { x, labels, masks }: ReferenceBatch) {
  const count = x.length;
  const first = layer(x, member.w1, member.b1, member.norm[0], masks[0]);
  const second = layer(first.out, member.w2, member.b2, member.norm[1], masks[1]);
  const logits = linear(second.out, member.w3, member.b3);
  let loss = 0;
  const dLogits = logits.map((row, n) => {
    const largest = Math.max(...row);
    const exps = row.map((value) => Math.exp(value - largest));
    const sum = exps.reduce((a, b) => a + b, 0);
    loss -= Math.log(exps[labels[n]!]! / sum) / count;
    return exps.map((value, k) => (value / sum - (k === labels[n] ? 1 : 0)) / count);
  });
  const w3 = product(transposed(second.out), dLogits);
  const back2 = layerGradients(product(dLogits, transposed(member.w3)), second, first.out, member.norm[1], masks[1]);
  const back1 = layerGradients(product(back2.dInput, transposed(member.w2)), first, x, member.norm[0], masks[0]);
  // Once the gradients are taken: statistics of the batch are mixed into the running ones.
  first.update();
  second.update();
  const vector = (parameter: number[], gradient: number[]) => ({ parameter: [parameter], gradient: [gradient] });
  return {
    loss,
    gradients: {
      w1: { parameter: member.w1, gradient: back1.w },
      b1: vector(member.b1, back1.b),
      scale1: vector(member.norm[0].scale, back1.scale),
      bias1: vector(member.norm[0].bias, back1.bias),
      w2: { parameter: member.w2, gradient: back2.w },
      b2: vector(member.b2, back2.b),
      scale2: vector(member.norm[1].scale, back2.scale),
      bias2: vector(member.norm[1].bias, back2.bias),
      w3: { parameter: member.w3, gradient: w3 },
      b3: vector(member.b3, columnSums(dLogits)),
    },
  };
}

function layer(x: readonly (readonly number[])[], w: number[][], b: number[], norm: ReferenceNorm, mask: number[][]) {
  const before = linear(x, w, b);
  const count = x.length;
  const active = before.map((row) => row.map((value) => Math.max(0, value)));
  const mean = columnSums(active).map((sum) => sum / count);
  const variance = columnSums(active.map((row) => row.map((value, j) => (value - mean[j]!) ** 2))).map(
    (s) => s / count,
  );
  const inverse = variance.map((value) => 1 / Math.sqrt(value + 1e-5));
  const normal = active.map((row) => row.map((value, j) => (value - mean[j]!) * inverse[j]!));
  const out = normal.map((row, n) => row.map((value, j) => (value * norm.scale[j]! + norm.bias[j]!) * mask[n]![j]!));
  const update = () => {
    norm.mean = norm.mean.map((old, j) => 0.9 * old + 0.1 * mean[j]!);
    norm.variance = norm.variance.map((old, j) => 0.9 * old + (0.1 * variance[j]! * count) / (count - 1));
  };
  return { before, inverse, normal, out, update };
}

function layerGradients(
  dOut: number[][],
  { before, inverse, normal }: ReturnType<typeof layer>,
  x: readonly (readonly number[])[],
  norm: ReferenceNorm,
  mask: number[][],
) {
  const count = x.length;
  const dNormed = dOut.map((row, n) => row.map((value, j) => value * mask[n]![j]!));
  const dNormal = dNormed.map((row) => row.map((value, j) => value * norm.scale[j]!));
  const sum = columnSums(dNormal);
  const along = columnSums(dNormal.map((row, n) => row.map((value, j) => value * normal[n]![j]!)));
  const dInput = dNormal.map((row, n) =>
    row.map((value, j) => {
      const dActive = (inverse[j]! / count) * (count * value - sum[j]! - normal[n]![j]! * along[j]!);
      return before[n]![j]! > 0 ? dActive : 0;
    }),
  );
  return {
    dInput,
    w: product(transposed(x), dInput),
    b: columnSums(dInput),
    scale: columnSums(dNormed.map((row, n) => row.map((value, j) => value * normal[n]![j]!))),
    bias: columnSums(dNormed),
  };
}

function linear(x: readonly (readonly number[])[], w: number[][], b: number[]): number[][] {
  return product(x, w).map((row) => row.map((value, j) => value + b[j]!));
}

function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
}

function transposed(a: readonly (readonly number[])[]): number[][] {
  return a[0]!.map((_, j) => a.map((row) => row[j]!));
}

function columnSums(a: readonly (readonly number[])[]): number[] {
  return a[0]!.map((_, j) => a.reduce((sum, row) => sum + row[j]!, 0));
}
