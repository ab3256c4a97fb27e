import * as z from 'zod';
import { polygonArea } from '../annotation/polygon.ts';
import { checked } from '../checked.ts';
import { parseJson } from '../jsonText.ts';
import { MAX_SIDE } from '../png.ts';
import { UserError } from '../../base/userError.ts';
import { MOST_CLASSES, NOTHING, type ForeignClass, type ForeignLabels } from './foreignLabels.ts';

// LabelMe's format (github.com/wkentaro/labelme, label_file.py): points are [x, y] in image pixels, 0 is the left or upper edge.

const MOST_SHAPES = 1000;
const MOST_POINTS = 20_000;
/** How often all outlines may cross a row of pixels: a second's work. A hundred carefully drawn parts of a 1024² image come to a tenth. */
const MOST_CROSSINGS = 2_000_000;
const coordinate = z.number().min(-1e6).max(1e6);
const shapeSchema = z.looseObject({
  label: z.string().min(1),
  points: z.array(z.tuple([coordinate, coordinate])).max(MOST_POINTS),
  /** Files of 2018 and before have none: all shapes were polygons. */
  shape_type: z.string().nullish(),
});
/** LabelMe writes null for what it does not know. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const side = z.int().min(1).max(MAX_SIDE);
const labelMeSchema = z.looseObject({
  shapes: z.array(shapeSchema).max(MOST_SHAPES),
  imagePath: optional(z.string()),
  imageWidth: optional(side),
  imageHeight: optional(side),
});

/** LabelMe's name for what shall not be labelled (its labelme2voc.py). */
const IGNORED = '__ignore__';

export interface LabelMe {
  /** The name of the image, without folders. */
  readonly image: string | undefined;
  /** Of the image that was annotated, when the file says it. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Later ones lie over earlier ones. */
  readonly shapes: readonly LabelMeShape[];
  /** Kinds of shapes that have no area, or that we do not know: left out. */
  readonly leftOut: readonly string[];
}

export interface LabelMeShape {
  readonly label: string;
  /** Image pixels with fractions. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/**
 * Reads a LabelMe file.
 * @throws UserError that names `file` and what is wrong with it.
 */
export function readLabelMe(text: string, file: string): LabelMe {
  const { shapes, imagePath, imageWidth, imageHeight } = checked(labelMeSchema, parseJson(text, file), file);
  const read = shapes.map((shape, i) => outline(shape, `${file}: "shapes[${i}]"`));
  return {
    // Windows writes "..\\images\\a.jpg".
    image: imagePath?.split(/[/\\]/).at(-1),
    size:
      imageWidth === undefined || imageHeight === undefined ? undefined : { width: imageWidth, height: imageHeight },
    shapes: read.flatMap((shape) => (typeof shape === 'string' ? [] : [shape])),
    leftOut: [...new Set(read.filter((shape) => typeof shape === 'string'))],
  };
}

/** The shape as a polygon, or the kind of one that has none. */
function outline({ label, points, shape_type }: z.output<typeof shapeSchema>, what: string): LabelMeShape | string {
  const kind = shape_type ?? 'polygon';
  const corners = points.map(([x, y]) => ({ x, y }));
  const wrong = (expected: string): UserError =>
    new UserError(`${what}, a ${kind} of "${label}", has ${corners.length} points; it must have ${expected}.`);
  switch (kind) {
    case 'polygon':
      if (corners.length < 3) throw wrong('three or more');
      return { label, points: corners };
    case 'rectangle': {
      // Two opposite corners; newer versions write all four.
      if (corners.length !== 2 && corners.length !== 4) throw wrong('two');
      const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      return {
        label,
        points: [
          { x: left, y: top },
          { x: right, y: top },
          { x: right, y: bottom },
          { x: left, y: bottom },
        ],
      };
    }
    case 'circle': {
      const [centre, edge] = corners;
      if (!centre || !edge || corners.length !== 2) throw wrong('two (its centre and one of its edge)');
      const radius = Math.hypot(edge.x - centre.x, edge.y - centre.y);
      const turn = (2 * Math.PI) / 128;
      return {
        label,
        points: Array.from({ length: 128 }, (_, i) => ({
          x: centre.x + radius * Math.cos(i * turn),
          y: centre.y + radius * Math.sin(i * turn),
        })),
      };
    }
    default:
      return kind;
  }
}

/** The shapes as labels of an image of this size, whatever the size of the one that was annotated. */
export function labelMeLabels(
  { shapes, size }: LabelMe,
  { width, height }: { readonly width: number; readonly height: number },
  file: string,
): ForeignLabels {
  const [across, down] = size ? [width / size.width, height / size.height] : [1, 1];
  const classes: ForeignClass[] = [];
  const indices = new Map<string, number>();
  const data = new Uint16Array(width * height).fill(NOTHING);
  let crossings = 0;
  for (const { label, points } of shapes) {
    let index = indices.get(label);
    if (index === undefined) {
      index = label === IGNORED ? NOTHING : classes.push({ kind: 'name', text: label }) - 1;
      if (classes.length > MOST_CLASSES) throw new UserError(`${file} has more than a thousand different labels.`);
      indices.set(label, index);
    }
    const scaled = points.map(({ x, y }) => ({ x: x * across, y: y * down }));
    crossings += rowsCrossed(scaled, height);
    if (crossings > MOST_CROSSINGS) throw new UserError(`${file}: its outlines go up and down too often to be read.`);
    const { mask, box } = polygonArea(scaled, width, height);
    if (!box) continue;
    for (let y = box.y; y < box.y + box.height; y++)
      for (let at = y * width + box.x; at < y * width + box.x + box.width; at++) if (mask[at] === 1) data[at] = index;
  }
  return { width, height, data, classes };
}

function rowsCrossed(points: LabelMeShape['points'], height: number): number {
  const inside = (y: number): number => Math.min(height, Math.max(0, y));
  return points.reduce((sum, { y }, i) => {
    const next = points[(i + 1) % points.length]!;
    return sum + Math.abs(inside(y) - inside(next.y));
  }, 0);
}
