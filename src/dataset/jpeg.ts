import { decode } from 'jpeg-js';
import { messageOf, UserError } from '../base/userError.ts';
import type { RgbImage } from './image.ts';

/** 4096² and its decoder's working memory. */
const MOST_MEGAPIXELS = 17;
const MOST_MEGABYTES = 512;

/**
 * The pixels of a JPEG, baseline or progressive.
 * @throws UserError that names `name` when it is none, damaged or too large.
 */
export function decodeJpeg(bytes: Uint8Array, name: string): RgbImage {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new UserError(`${name} is not a JPEG image.`);
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MOST_MEGAPIXELS,
      maxMemoryUsageInMB: MOST_MEGABYTES,
    });
    if (data.length !== width * height * 3) throw new Error('it has no pixels');
    return { width, height, data };
  } catch (error) {
    throw new UserError(`${name} is a damaged or too large JPEG: ${messageOf(error)}.`, { cause: error });
  }
}
