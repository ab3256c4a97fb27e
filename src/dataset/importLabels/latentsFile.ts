import { UserError } from '../../base/userError.ts';
import { styleLayerCount, type StyleganArchitecture } from '../../stylegan/architecture.ts';
import { readNpy } from '../../stylegan/npy.ts';
import type { Latent, Truncation } from '../provenance.ts';

/** Latents as somebody saved them; what they are is not always clear from their sizes. */
export interface ForeignLatents {
  readonly count: number;
  /** All that they may be, likeliest first. */
  readonly readings: readonly LatentReading[];
}

/** One way to understand them. */
export interface LatentReading {
  /** `w, psi 0.7 on the first 8 layers` */
  readonly text: string;
  readonly truncation: Truncation;
  readonly latent: (index: number) => Latent;
}

/** The truncations of the released code (make_training_data.py: 8 layers for cars and faces, 7 for cats and bedrooms), and none. */
const TRUNCATIONS: readonly Truncation[] = [
  { psi: 0.7, layers: 8 },
  { psi: 0.7, layers: 7 },
  { psi: 1, layers: 'all' },
];

/**
 * Reads latents: z [N, zSize], w [N, wSize], or one w per style layer [N, layers, wSize]. When z and w have one size, they may be either.
 * @param own the project's truncation, tried as well
 * @throws UserError that names `file` when they fit the generator in no way.
 */
export function readLatents(
  bytes: Uint8Array,
  file: string,
  architecture: StyleganArchitecture,
  own: Truncation,
): ForeignLatents {
  const { shape, dtype, data } = readNpy(bytes, file);
  const { zSize, wSize } = architecture;
  const layers = styleLayerCount(architecture);
  if (dtype !== 'float32') throw new UserError(`${file} holds no latents: its values are ${dtype}, not floats.`);
  if (data.some((value) => !Number.isFinite(value)))
    throw new UserError(`${file} holds values that are no finite numbers, so these are no latents.`);
  const count = shape[0] ?? 0;
  const row = (index: number, width: number): number[] => Array.from(data.subarray(index * width, (index + 1) * width));
  const truncations = TRUNCATIONS.concat(
    TRUNCATIONS.some(({ psi, layers: on }) => psi === own.psi && on === own.layers) ? [] : [own],
  );
  // [N, 1, size] as well: some save them so.
  const [size, rows] = shape.length === 2 ? [shape[1]!, 1] : shape.length === 3 ? [shape[2]!, shape[1]!] : [0, 0];
  const readings: LatentReading[] = [];
  // The released code keeps 18 rows, as a 1024² generator has layers, for smaller ones too, which read the first of them.
  if (count > 0 && rows >= layers && layers > 1 && size === wSize)
    readings.push({
      text: `w+ (one w per style layer${rows > layers ? `, ${layers} of the ${rows} there` : ''}), taken as they are`,
      truncation: { psi: 1, layers: 'all' },
      latent: (index) => {
        const all = row(index, rows * wSize);
        return { space: 'w+', values: Array.from({ length: layers }, (_, i) => all.slice(i * wSize, (i + 1) * wSize)) };
      },
    });
  else if (count > 0 && rows === 1) {
    for (const space of ['z', 'w'] as const)
      if (size === (space === 'z' ? zSize : wSize))
        for (const truncation of truncations)
          readings.push({
            text: `${space} with ${truncationText(truncation)}`,
            truncation,
            latent: (index) => {
              const values = row(index, size);
              return space === 'z' ? { space, values } : { space, values };
            },
          });
  }
  if (readings.length === 0)
    throw new UserError(
      `${file} holds an array [${shape.join(', ')}], which is none of this generator's latents: expected z [N, ${zSize}], ` +
        `w [N, ${wSize}] or w+ [N, ${layers}, ${wSize}].`,
    );
  return { count, readings };
}

function truncationText({ psi, layers }: Truncation): string {
  if (psi === 1) return 'no truncation';
  return `psi ${psi} on ${layers === 'all' ? 'all layers' : `the first ${layers} layers`}`;
}
