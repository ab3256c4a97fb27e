import { UserError } from '../../base/userError.ts';
import { readNpy } from '../../stylegan/npy.ts';
import { MAX_SIDE } from '../png.ts';
import { foreignLabels, idClass, type ForeignLabels } from './foreignLabels.ts';

/**
 * A mask of class ids as numpy saves it, [H, W] (sizes of 1 beside them do not count).
 * @throws UserError that names `file` for anything that is no mask.
 */
export function readNpyMask(bytes: Uint8Array, file: string): ForeignLabels {
  const tensor = readNpy(bytes, file);
  const [first, second, third, ...more] = tensor.shape;
  // [1, H, W] and [H, W, 1] as well: the released code squeezes its masks.
  const [height = 0, width = 0] =
    third === undefined
      ? [first, second]
      : more.length > 0
        ? []
        : first === 1
          ? [second, third]
          : third === 1
            ? [first, second]
            : [];
  if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE)
    throw new UserError(`${file} is no mask: its shape is [${tensor.shape.join(', ')}], expected [height, width].`);
  const values = Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value > 65535);
  if (wrong !== undefined) throw new UserError(`${file} is no mask of class ids: it holds the value ${wrong}.`);
  const labels = foreignLabels({ width, height }, values, idClass);
  if (!labels) throw new UserError(`${file} is no mask: it holds more than a thousand different values.`);
  return labels;
}
