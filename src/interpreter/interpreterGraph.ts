import { map } from '../engine/map.ts';
import {
  add,
  cast,
  concat,
  gather,
  gemm,
  leakyRelu,
  matMul,
  pad,
  range,
  reshape,
  slice,
  transpose,
} from '../engine/ops.ts';
import { float32, int64, uint8 } from '../engine/tensor.ts';
import { constant, input, type Value } from '../engine/value.ts';
import { interpolationBands, interpolationMatrix, type InterpolationBands } from './bilinear.ts';
import { decisionGraph } from './decision.ts';
import { firstName, foldedShapes, type EnsembleSizes } from './fold.ts';
import { featureLevels, type LabelSize, type Level } from './levels.ts';
import type { TilePlan } from './tilePlan.ts';

export interface InterpreterGraphOptions extends LabelSize {
  readonly sizes: EnsembleSizes;
  readonly plan: TilePlan;
  /** Also give every member's logits: for tests and for looking closer. */
  readonly withLogits?: boolean;
}

export interface InterpreterGraph {
  /** Index of the class that most members choose, ties to the smallest: float32 [N, H, W]; `classIds` makes ids of it. */
  readonly votes: Value;
  /** Jensen–Shannon divergence in nats: float32 [N, H, W]. The image scores come from it by `imageScores`. */
  readonly uncertainty: Value;
  /** float32 [N, M, K, H, W], when asked for. */
  readonly logits?: Value;
}

/** Class indices as bytes: permanent class ids. @param ids the id of each index */
export function classIds(votes: Value, ids: readonly number[]): Value {
  if (ids.every((id, index) => id === index)) return cast(votes, 'uint8');
  return gather(constant(uint8([ids.length], Uint8Array.from(ids))), cast(votes, 'int64'));
}

/** The folded weights as inputs of a graph, so that new weights need no new session. */
export function weightInputs(sizes: EnsembleSizes, levels: readonly Level[]): ReadonlyMap<string, Value> {
  return new Map([...foldedShapes(sizes, levels)].map(([name, shape]) => [name, input(name, 'float32', shape)]));
}

/**
 * The ensemble on feature maps, as `literalGraph` defines it but arranged by cost. Upsampling is linear and acts on
 * each channel alone, so the first layer commutes with it:
 *
 *     W · concat(up(f₁) … up(fₖ)) = up(W₁ f₁) + … + up(Wₖ fₖ)
 *
 * The first layer runs at every level's native size. Then strip by strip of the label map, and member by member, its
 * results are interpolated along the rows, then along the columns by one matrix product over the stacked rows of all
 * levels, which also adds the level of the labels' own size; the other two layers, the vote and the divergence follow.
 * @param features [N, C, h, w] each, in the order of the weights' inputs
 * @param weights folded, with the names and shapes of `foldedShapes`
 */
export function interpreterGraph(
  features: readonly Value[],
  weights: ReadonlyMap<string, Value>,
  { height, width, sizes, plan, withLogits = false }: InterpreterGraphOptions,
): InterpreterGraph {
  const { members, classes } = sizes;
  const images = features[0]!.shape[0]!;
  const size = { height, width };
  const levels = featureLevels(
    features.map(({ shape }) => ({ channels: shape[1]!, height: shape[2]!, width: shape[3]! })),
    size,
  );
  const cut: Cut = { size, plan, images, perImage: Math.ceil(height / plan.rows) };
  const { coarse, full } = firstLayer(features, levels, weights, sizes, cut);
  const otherLayers = secondAndThird(weights, members);
  const columnWeights = jointColumnWeights(coarse);
  const pixels = plan.rows * width;

  const decide = (strip: Strip): Value => {
    const base = full?.(strip);
    const rows = coarse.map((level) => level.rows(strip));
    const down = coarse.length === 0 ? undefined : columnWeights(strip);
    const memberLogits = Array.from({ length: members }, (_, member) => {
      const stacked = concatRows(rows.map((of) => of(member)));
      const first = leakyRelu(joined(down, stacked, base?.(member), plan.rows), 0);
      return reshape(otherLayers(reshape(first, [pixels, sizes.hidden[0]]), member), [1, classes, pixels]);
    });
    const logits = concat(memberLogits, 0);
    const { vote, uncertainty } = decisionGraph(logits);
    const results = [reshape(vote, [1, pixels]), reshape(uncertainty, [1, pixels])];
    if (withLogits) results.push(reshape(logits, [members * classes, pixels]));
    return concat(results, 0);
  };

  const whole = assembled(decide, cut);
  const channel = (i: number) => reshape(slice(whole, [range(1, i, i + 1)]), [images, height, width]);
  return {
    votes: channel(0),
    uncertainty: channel(1),
    ...(withLogits
      ? {
          logits: reshape(slice(whole, [range(1, 2, 2 + members * classes)]), [
            images,
            members,
            classes,
            height,
            width,
          ]),
        }
      : {}),
  };
}

/** How a batch of label maps is cut into strips of rows. */
interface Cut {
  readonly size: LabelSize;
  readonly plan: TilePlan;
  readonly images: number;
  readonly perImage: number;
}

/** One strip of one image: known when the graph is built, or counted by a loop. */
type Strip =
  | { readonly kind: 'fixed'; readonly image: number; readonly place: number }
  /** `index` counts through the strips of all images, `place` through those of its image. */
  | { readonly kind: 'counted'; readonly index: Value; readonly place: Value };

type OfMember = (member: number) => Value;

/** What one coarse level adds to a strip. */
interface CoarseLevel {
  /** How the strip's rows come from the level's. */
  readonly vertical: InterpolationBands;
  /** The level's rows that the strip needs, interpolated along each row: [span, W·H1]. */
  rows(strip: Strip): OfMember;
}

/** The first layer before its ReLU, in parts: `coarse` levels still to be interpolated, `full` the rest [rows·W, H1]. */
function firstLayer(
  features: readonly Value[],
  levels: readonly Level[],
  weights: ReadonlyMap<string, Value>,
  sizes: EnsembleSizes,
  cut: Cut,
): { coarse: readonly CoarseLevel[]; full: ((strip: Strip) => OfMember) | undefined } {
  let bias = weights.get('first.bias');
  const coarse: CoarseLevel[] = [];
  let full: ((strip: Strip) => OfMember) | undefined;
  levels.forEach((level, i) => {
    const weight = weights.get(firstName(i))!;
    const maps = level.features.map((place) => features[place]!);
    if (level.kind === 'coarse') {
      // Every interpolation's weights sum to 1, so the bias may be added at any one level: the smallest.
      coarse.push(coarseLevel(level, maps, weight, bias, sizes, cut));
      bias = undefined;
    } else full = fullLevel(maps, weight, bias, sizes, cut);
  });
  return { coarse, full };
}

function coarseLevel(
  { channels, height, width }: Level,
  maps: readonly Value[],
  weight: Value,
  bias: Value | undefined,
  { members, hidden: [h1] }: EnsembleSizes,
  { size, plan, images, perImage }: Cut,
): CoarseLevel {
  const area = height * width;
  const joint = reshape(concat(maps, 1), [images, channels, area]);
  const byChannel = reshape(images === 1 ? joint : transpose(joint, [1, 0, 2]), [channels, images * area]);
  const product = bias ? gemm(byChannel, weight, bias, { transA: true }) : matMul(byChannel, weight, { transA: true });
  const vertical = interpolationBands(height, size.height, plan.rows);
  const { span } = vertical;

  const columns = plan.columns === 'all' ? size.width : plan.columns;
  const horizontal = interpolationBands(width, size.width, columns);
  const across = (gathered: Value) => {
    const wide = horizontal.tiles * columns;
    const tiled = reshape(matMul(constant(horizontal.weights), gathered), [span, wide, h1]);
    const cropped = wide === size.width ? tiled : slice(tiled, [range(1, 0, size.width)]);
    return reshape(cropped, [span, size.width * h1]);
  };
  const window = (first: number, pitch: number) =>
    Array.from({ length: span }, (_, row) =>
      horizontal.starts.flatMap((start) =>
        Array.from({ length: horizontal.span }, (__, column) => (first + row * width + start + column) * pitch),
      ),
    ).flat();
  const tiles = [span, horizontal.tiles, horizontal.span];

  if (plan.strips === 'unrolled') {
    const places = constant(int64(tiles, window(0, 1)));
    return {
      vertical,
      rows: (strip) => (member) => {
        const first = fixed(strip).image * area + vertical.starts[fixed(strip).place]! * width;
        const part = slice(product, [range(0, first, first + span * width), range(1, member * h1, (member + 1) * h1)]);
        return across(
          horizontal.tiles === 1 && horizontal.span === width
            ? reshape(part, [span, 1, width, h1])
            : gather(part, places),
        );
      },
    };
  }
  const byMember = reshape(product, [images * area * members, h1]);
  const table = constant(
    int64(
      [perImage, ...tiles],
      vertical.starts.flatMap((start) => window(start * width, members)),
    ),
  );
  const imageStarts = constant(
    int64(
      [images * perImage],
      Array.from({ length: images * perImage }, (_, i) => Math.floor(i / perImage) * area * members),
    ),
  );
  return {
    vertical,
    rows: (strip) => {
      const { index, place } = counted(strip);
      const ofImage = gather(table, place);
      const places = images === 1 ? ofImage : add(ofImage, gather(imageStarts, index));
      return (member) => across(gather(byMember, member === 0 ? places : add(places, constant(int64([], [member])))));
    },
  };
}

/** The level of the labels' own size: its first layer runs strip by strip. */
function fullLevel(
  maps: readonly Value[],
  weight: Value,
  bias: Value | undefined,
  { members, hidden: [h1] }: EnsembleSizes,
  { size, plan, images, perImage }: Cut,
): (strip: Strip) => OfMember {
  const { height, width } = size;
  const pixels = plan.rows * width;
  const channels = weight.shape[1]!;
  const weightOf = memo(members, (member) => part(weight, member));
  const biasOf = bias && memo(members, (member) => slice(bias, [range(1, member * h1, (member + 1) * h1)]));
  const apply = (strip: Value): OfMember => {
    // Turned once for all members: a product with a transposed factor takes a fifth longer, for each of them.
    const byPixel = transpose(reshape(strip, [channels, pixels]), [1, 0]);
    return (member) => (biasOf ? gemm(byPixel, weightOf(member), biasOf(member)) : matMul(byPixel, weightOf(member)));
  };
  const sized = maps.map((map) => pad(resized(map, size), [0, 0, 0, 0], [0, 0, perImage * plan.rows - height, 0]));
  if (plan.strips === 'unrolled') {
    const whole = concat(sized, 1);
    return (strip) => {
      const { image, place } = fixed(strip);
      return apply(slice(whole, [range(0, image, image + 1), range(2, place * plan.rows, (place + 1) * plan.rows)]));
    };
  }
  const strips = sized.map((map) => {
    const c = map.shape[1]!;
    return reshape(transpose(reshape(map, [images, c, perImage, pixels]), [0, 2, 1, 3]), [
      images * perImage,
      c,
      pixels,
    ]);
  });
  return (strip) =>
    apply(
      concat(
        strips.map((map) => gather(map, counted(strip).index)),
        0,
      ),
    );
}

/** Brings a map that is larger than the labels to their size. [N, C, h, w] → [N, C, H, W] */
function resized(x: Value, { height, width }: LabelSize): Value {
  const [, , h, w] = x.shape as [number, number, number, number];
  const down = h === height ? x : matMul(constant(interpolationMatrix(h, height)), x);
  return w === width ? down : matMul(down, constant(interpolationMatrix(w, width)), { transB: true });
}

/** The interpolation along the columns of all levels side by side, for each strip: [rows, Σ span]. */
function jointColumnWeights(levels: readonly CoarseLevel[]): (strip: Strip) => Value {
  const bands = levels.map(({ vertical }) => vertical);
  const [tiles = 0, rows = 0] = bands[0]?.weights.shape ?? [];
  const width = bands.reduce((sum, { span }) => sum + span, 0);
  const joint = float32([tiles, rows, width]);
  let offset = 0;
  for (const { span, weights } of bands) {
    for (let row = 0; row < tiles * rows; row++) {
      joint.data.set(weights.data.subarray(row * span, (row + 1) * span), row * width + offset);
    }
    offset += span;
  }
  const table = constant(joint);
  return (strip) => {
    if (strip.kind === 'counted') return gather(table, strip.place);
    return reshape(slice(table, [range(0, strip.place, strip.place + 1)]), [rows, width]);
  };
}

/** Interpolated coarse levels + the full level, of which one may be missing: [rows, W·H1]. */
function joined(down: Value | undefined, stacked: Value | undefined, base: Value | undefined, rows: number): Value {
  const flat = base && reshape(base, [rows, (base.shape[0]! / rows) * base.shape[1]!]);
  if (down && stacked) return flat ? gemm(down, stacked, flat) : matMul(down, stacked);
  if (!flat) throw new Error('An interpreter needs at least one feature map.');
  return flat;
}

function concatRows(rows: readonly Value[]): Value | undefined {
  return rows.length === 0 ? undefined : concat(rows, 0);
}

/** Runs `decide` on all strips and puts the results together: [channels, rows·W] each → [N, channels, H, W]. */
function assembled(decide: (strip: Strip) => Value, { size, plan, images, perImage }: Cut): Value {
  const { height, width } = size;
  const count = images * perImage;
  let stacked: Value;
  if (plan.strips === 'loop') {
    const places = constant(
      int64(
        [count],
        Array.from({ length: count }, (_, i) => i % perImage),
      ),
    );
    stacked = map(count, (index) =>
      decide({ kind: 'counted', index, place: images === 1 ? index : gather(places, index) }),
    );
  } else {
    const strips = Array.from({ length: count }, (_, i) => {
      const result = decide({ kind: 'fixed', image: Math.floor(i / perImage), place: i % perImage });
      return reshape(result, [1, ...result.shape]);
    });
    stacked = concat(strips, 0);
  }
  const channels = stacked.shape[1]!;
  const byRow = transpose(reshape(stacked, [images, perImage, channels, plan.rows, width]), [0, 2, 1, 3, 4]);
  const padded = reshape(byRow, [images, channels, perImage * plan.rows, width]);
  return perImage * plan.rows === height ? padded : slice(padded, [range(2, 0, height)]);
}

/** The layers behind the first, each member's weights cut out once. [P, H1] → [K, P] */
function secondAndThird(weights: ReadonlyMap<string, Value>, members: number): (first: Value, member: number) => Value {
  const parts = (name: string) => memo(members, (member) => part(weights.get(name)!, member));
  const [weight2, bias2] = [parts('second.weight'), parts('second.bias')];
  const [weight3, bias3] = [parts('third.weight'), parts('third.bias')];
  return (first, member) => {
    const second = leakyRelu(gemm(first, weight2(member), bias2(member)), 0);
    return gemm(weight3(member), second, bias3(member), { transA: true, transB: true });
  };
}

/** [M, a, b] → [a, b] of one member. */
function part(x: Value, member: number): Value {
  return reshape(slice(x, [range(0, member, member + 1)]), x.shape.slice(1));
}

/** The same value for the same member, made once: strips share it. */
function memo(members: number, make: OfMember): OfMember {
  const values = Array.from({ length: members }, (_, member) => make(member));
  return (member) => values[member]!;
}

function fixed(strip: Strip): Strip & { kind: 'fixed' } {
  if (strip.kind !== 'fixed') throw new Error('An unrolled plan has fixed strips.');
  return strip;
}

function counted(strip: Strip): Strip & { kind: 'counted' } {
  if (strip.kind !== 'counted') throw new Error('A looping plan has counted strips.');
  return strip;
}
