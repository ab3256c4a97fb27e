import {
  add,
  cast,
  concat,
  conv,
  gather,
  leakyRelu,
  matMul,
  range,
  reshape,
  slice,
  transpose,
  upsampleNearest,
} from '../engine/ops.ts';
import { float32, uint8, type TensorOf } from '../engine/tensor.ts';
import { constant, input, type Value } from '../engine/value.ts';
import { interpolationAt, interpolationMatrix, interpolationWindow } from './bilinear.ts';
import { decisionGraph } from './decision.ts';
import { firstName, foldedShapes, type EnsembleSizes } from './fold.ts';
import { featureLevels, type LabelSize, type Level } from './levels.ts';
import { cornerTaps, depthwise, gridTaps, phaseGrid, phases, routeOf, type Phase, type PhaseGrid } from './phases.ts';
import type { TilePlan } from './tilePlan.ts';

export interface InterpreterGraphOptions extends LabelSize {
  readonly sizes: EnsembleSizes;
  readonly plan: TilePlan;
  /** The part of the label map that is wanted; all of it unless told. Rows outside of it are not computed. */
  readonly part?: LabelPart;
  /** Also give every member's logits: for tests and for looking closer. */
  readonly withLogits?: boolean;
}

/** A part of a label map, in its pixels. */
export interface LabelPart extends LabelSize {
  readonly left: number;
  readonly top: number;
}

/** H and W are those of the part. */
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
 * The first layer runs at every level's native size. What it gives is interpolated to the label map dealt out in phases
 * (`PhaseGrid`), strip by strip and member by member; the other two layers, the vote and the divergence follow. All of it
 * is convolutions that end in a sum or a ReLU, which onnxruntime joins and runs on its blocked layout.
 * @param features [N, C, h, w] each, in the order of the weights' inputs
 * @param weights folded, with the names and shapes of `foldedShapes`
 */
export function interpreterGraph(
  features: readonly Value[],
  weights: ReadonlyMap<string, Value>,
  {
    height,
    width,
    sizes,
    plan,
    part = { left: 0, top: 0, height, width },
    withLogits = false,
  }: InterpreterGraphOptions,
): InterpreterGraph {
  const { members, classes } = sizes;
  const images = features[0]!.shape[0]!;
  const grid = phaseGrid({ height, width });
  const logitsOf = memberLogits(features, weights, sizes, { height, width }, grid);
  const count = grid.step * grid.step;

  const wanted = strips(plan, grid, part);
  const results = wanted.map((strip) => {
    // Member by member: all phases of a member read the same maps, which are still in cache.
    const ofMember = logitsOf(strip);
    const pieces = Array.from({ length: members }, (_, member) => ofMember(member)).flat();
    const logits = reshape(concat(pieces, 0), [members, count * images, classes, strip.rows * grid.width]);
    const { vote, uncertainty } = decisionGraph(logits);
    return [vote, uncertainty, ...(withLogits ? [logits] : [])].map((x) => {
      const leading = x === logits ? [members] : [1];
      const channels = x === logits ? classes : 1;
      const dealt = reshape(x, [...leading, grid.step, grid.step, images, channels, strip.rows, grid.width]);
      // [M, a, b, N, K, k, l] → [N, M, K, k, a, l, b]
      return reshape(transpose(dealt, [3, 0, 4, 5, 1, 6, 2]), [
        images,
        ...leading,
        channels,
        strip.rows * grid.step,
        width,
      ]);
    });
  });
  const above = part.top - wanted[0]!.start * grid.step;
  const whole = (i: number) => {
    const rows = concat(
      results.map((strip) => strip[i]!),
      3,
    );
    if (rows.shape[3] === part.height && width === part.width) return rows;
    return slice(rows, [range(3, above, above + part.height), range(4, part.left, part.left + part.width)]);
  };
  return {
    votes: reshape(whole(0), [images, part.height, part.width]),
    uncertainty: reshape(whole(1), [images, part.height, part.width]),
    ...(withLogits ? { logits: whole(2) } : {}),
  };
}

/** Some rows of the grid. */
interface Strip {
  readonly start: number;
  readonly rows: number;
}

/** Strips that cover a part of the label map. */
function strips({ rows }: TilePlan, { step, height }: PhaseGrid, part: LabelPart): readonly Strip[] {
  // In pairs: half of a strip is whole rows of the level of half the size.
  const most = Math.max(2, 2 * Math.floor(rows / step / 2));
  const first = 2 * Math.floor(part.top / step / 2);
  const end = Math.min(height, 2 * Math.ceil((part.top + part.height) / step / 2));
  return Array.from({ length: Math.ceil((end - first) / most) }, (_, i) => ({
    start: first + i * most,
    rows: Math.min(most, end - first - i * most),
  }));
}

/** What a level, or several, add to the first layer of one member at one phase's pixels of a strip: [N, H1, rows, w]. */
type Term = (strip: Strip) => (member: number) => (phase: Phase) => Value;

/** A member's logits at each phase's pixels of a strip: [N, K, rows, w] each. */
function memberLogits(
  features: readonly Value[],
  weights: ReadonlyMap<string, Value>,
  { members, hidden: [h1, h2], classes }: EnsembleSizes,
  size: LabelSize,
  grid: PhaseGrid,
): (strip: Strip) => (member: number) => Value[] {
  const parts = (name: string, outputs: number) =>
    memo(members, (member) => slice(weights.get(name)!, [range(0, member * outputs, (member + 1) * outputs)]));
  const layer = (weight: string, outputs: number, bias?: string) => {
    const weightOf = parts(weight, outputs);
    const biasOf = bias === undefined ? undefined : parts(bias, outputs);
    return (x: Value, member: number) => {
      const product = conv(x, weightOf(member));
      return biasOf ? add(product, biasOf(member)) : product;
    };
  };

  const levels = featureLevels(
    features.map(({ shape }) => ({ channels: shape[1]!, height: shape[2]!, width: shape[3]! })),
    size,
  );
  const terms: Term[] = [];
  const coarse: Source[] = [];
  const odd: Source[] = [];
  let half: HalfLevel | undefined;
  levels.forEach((level, i) => {
    // Every interpolation's weights sum to 1, so the bias may be added at any one level.
    const first = layer(firstName(i), h1, i === 0 ? 'first.bias' : undefined);
    const maps = level.features.map((place) => features[place]!);
    const route = routeOf(level, grid);
    if (route === 'full')
      terms.push(
        fullTerm(
          maps.map((map) => resized(map, size)),
          first,
          grid,
        ),
      );
    else if (route === 'grid') terms.push(gridTerm(maps, first, h1, grid));
    else if (route === 'half') half = { maps, first };
    else (route === 'coarse' ? coarse : odd).push(memo(members, (member) => first(channels(maps), member)));
  });
  if (odd.length > 0) terms.unshift(oddTerm(odd, members, size, grid));
  if (half || coarse.length > 0) terms.unshift(cornerTerm(half, coarse, members, h1, size, grid));

  const second = layer('second.weight', h2, 'second.bias');
  const third = layer('third.weight', classes, 'third.bias');
  return (strip) => {
    const ofStrip = terms.map((term) => term(strip));
    return (member) => {
      const ofMember = ofStrip.map((term) => term(member));
      return phases(grid).map((phase) => {
        const first = leakyRelu(ofMember.map((term) => term(phase)).reduce(add), 0);
        return third(leakyRelu(second(first, member), 0), member);
      });
    };
  };
}

type Layer = (x: Value, member: number) => Value;

function fullTerm(maps: readonly Value[], first: Layer, grid: PhaseGrid): Term {
  const { step, width } = grid;
  return ({ start, rows }) => {
    const dealt = phases(grid).map(({ row, column }) => {
      const rowsOf = range(2, step * start + row, step * (start + rows), step);
      return channels(maps.map((map) => slice(map, [rowsOf, range(3, column, step * width, step)])));
    });
    return (member) =>
      ({ row, column }) =>
        first(dealt[row * step + column]!, member);
  };
}

function gridTerm(maps: readonly Value[], first: Layer, h1: number, grid: PhaseGrid): Term {
  const kernels = phases(grid).map(({ row, column }) => constant(depthwise(h1, gridTaps(row), gridTaps(column))));
  return ({ start, rows }) => {
    const window = framed(maps, start, start + rows);
    return (member) => {
      const product = first(window, member);
      return ({ row, column }) => conv(product, kernels[row * grid.step + column]!, { groups: h1 });
    };
  };
}

/** The level of half the grid's size. */
interface HalfLevel {
  readonly maps: readonly Value[];
  readonly first: Layer;
}

/** A level behind the first layer, one member's: [N, H1, h, w]. */
type Source = (member: number) => Value;

/** Levels that are added up at the corners of the grid's cells. */
function cornerTerm(
  half: HalfLevel | undefined,
  coarse: readonly Source[],
  members: number,
  h1: number,
  size: LabelSize,
  grid: PhaseGrid,
): Term {
  const weights = (down: readonly number[], across: readonly number[]) => constant(depthwise(h1, down, across));
  const [blocked, between, ofCentres] = [[1], [0.5, 0.5], [0, 0.5, 0.5, 0]].map((taps) => weights(taps, taps));
  const kernels = phases(grid).map(({ row, column }) => weights(cornerTaps(row), cornerTaps(column)));
  const doubled = (x: Value, kernel: Value) => conv(upsampleNearest(x, 2), kernel, { groups: h1 });

  const everyOther = (k: number) => 2 * grid.step * k - 0.5;
  const columns = Array.from({ length: grid.width / 2 + 1 }, (_, l) => everyOther(l));
  const across = memo(members, (member) => alongRows(coarse, member, columns, size.width));

  return ({ start, rows }) => {
    const targets = Array.from({ length: rows / 2 + 1 }, (_, k) => everyOther(start / 2 + k));
    const down = alongColumns(coarse, targets, size.height);
    const window = half && framed(half.maps, start / 2, (start + rows) / 2);
    return (member) => {
      const parts: Value[] = [];
      // The first convolution changes nothing but brings the sum into the blocked layout, where doubling is cheap.
      if (coarse.length > 0) parts.push(doubled(conv(down(across(member)), blocked!, { groups: h1 }), between!));
      if (half && window) parts.push(doubled(half.first(window, member), ofCentres!));
      const corners = parts.reduce(add);
      return ({ row, column }) => conv(corners, kernels[row * grid.step + column]!, { groups: h1 });
    };
  };
}

function oddTerm(sources: readonly Source[], members: number, size: LabelSize, { step, width }: PhaseGrid): Term {
  const across = Array.from({ length: step }, (_, column) => {
    const columns = Array.from({ length: width }, (__, l) => step * l + column);
    return memo(members, (member) => alongRows(sources, member, columns, size.width));
  });
  return ({ start, rows }) => {
    const down = Array.from({ length: step }, (_, row) => {
      const targets = Array.from({ length: rows }, (__, k) => step * (start + k) + row);
      return alongColumns(sources, targets, size.height);
    });
    return (member) =>
      ({ row, column }) =>
        down[row]!(across[column]!(member));
  };
}

/** The levels interpolated along their rows: [N, H1, h, targets] each. */
function alongRows(
  sources: readonly Source[],
  member: number,
  targets: readonly number[],
  width: number,
): readonly Value[] {
  return sources.map((source) => {
    const x = source(member);
    return matMul(x, constant(interpolationAt(targets, x.shape[3]!, width)), { transB: true });
  });
}

/** … then along the columns and added up, by one product with the rows that the targets need: [N, H1, targets, w]. */
function alongColumns(
  sources: readonly Source[],
  targets: readonly number[],
  height: number,
): (across: readonly Value[]) => Value {
  const windows = sources.map((source) => interpolationWindow(targets, source(0).shape[2]!, height));
  const weights = constant(sideBySide(windows.map((window) => window.weights)));
  return (across) => {
    const rows = across.map((x, i) => slice(x, [range(2, windows[i]!.start, windows[i]!.end)]));
    return matMul(weights, concat(rows, 2));
  };
}

/** Brings a map that is larger than the labels to their size. [N, C, h, w] → [N, C, H, W] */
function resized(x: Value, { height, width }: LabelSize): Value {
  const [, , h, w] = x.shape as [number, number, number, number];
  const down = h === height ? x : matMul(constant(interpolationMatrix(h, height)), x);
  return w === width ? down : matMul(down, constant(interpolationMatrix(w, width)), { transB: true });
}

/** Rows `start` − 1 … `end` of maps of one size, a column more on either side; what lies outside repeats the edge. */
function framed(maps: readonly Value[], start: number, end: number): Value {
  const height = maps[0]!.shape[2]!;
  const [first, last] = [Math.max(0, start - 1), Math.min(height, end + 1)];
  const rows = channels(maps.map((map) => slice(map, [range(2, first, last)])));
  return withEdges(withEdges(rows, 2, start === 0, end === height), 3, true, true);
}

function withEdges(x: Value, axis: number, before: boolean, after: boolean): Value {
  const last = x.shape[axis]! - 1;
  const first = before ? [slice(x, [range(axis, 0, 1)])] : [];
  return concat([...first, x, ...(after ? [slice(x, [range(axis, last, last + 1)])] : [])], axis);
}

function channels(maps: readonly Value[]): Value {
  return concat(maps, 1);
}

/** Matrices of equal height in one: [rows, Σ columns]. */
function sideBySide(parts: readonly TensorOf<'float32'>[]): TensorOf<'float32'> {
  const rows = parts[0]?.shape[0] ?? 0;
  const joint = float32([rows, parts.reduce((sum, { shape }) => sum + shape[1]!, 0)]);
  let offset = 0;
  for (const { shape, data } of parts) {
    const width = shape[1]!;
    for (let row = 0; row < rows; row++) {
      joint.data.set(data.subarray(row * width, (row + 1) * width), row * joint.shape[1]! + offset);
    }
    offset += width;
  }
  return joint;
}

/** The same for the same member, made once: strips share it. */
function memo<T>(members: number, make: (member: number) => T): (member: number) => T {
  const values = Array.from({ length: members }, (_, member) => make(member));
  return (member) => values[member]!;
}
