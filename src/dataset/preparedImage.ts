import { imageScores, largestUncertainty } from '../interpreter/uncertainty.ts';
import type { Picture } from './dataSetLayout.ts';
import { rowOf, type DataSetRow } from './dataSetRow.ts';
import type { DataSetSettings } from './dataSetSettings.ts';
import type { RgbImage } from './image.ts';
import type { LabelMap } from './labelMap.ts';
import { encodeGrey16Png, encodeLabelPng, encodeRgbPng } from './png.ts';
import { uncertaintyToGrey } from './uncertaintyImage.ts';

/** One generated image with what the interpreter says of it. */
export interface LabelledImage {
  /** Index of the image in the data set. */
  readonly id: number;
  readonly image: RgbImage;
  readonly labels: LabelMap;
  /** Jensen–Shannon divergence per pixel, in nats. */
  readonly uncertainty: Float32Array;
}

/** A labelled image as it goes to disk: nothing is left to compute, and it may come from another process. */
export interface PreparedImage {
  readonly row: DataSetRow;
  /** The bytes of its PNG files. */
  readonly pictures: Readonly<Record<Picture, Uint8Array>>;
}

/** Encodes an image's pictures and computes its row. Pure: equal pixels give equal bytes. */
export function prepareImage(
  { id, image, labels, uncertainty }: LabelledImage,
  settings: DataSetSettings,
): PreparedImage {
  const { width, height, interpreter, classes } = settings;
  for (const size of [image, labels])
    if (size.width !== width || size.height !== height)
      throw new Error(`Image ${id} is ${size.width}×${size.height}, not ${width}×${height}.`);
  if (uncertainty.length !== width * height) throw new Error(`Image ${id} has ${uncertainty.length} uncertainties.`);
  const grey = uncertaintyToGrey(uncertainty, largestUncertainty(interpreter.members, classes.length));
  return {
    row: rowOf(id, imageScores(uncertainty), labels, classes),
    pictures: {
      images: encodeRgbPng(image),
      labels: encodeLabelPng(labels),
      uncertainty: encodeGrey16Png({ width, height, data: grey }),
    },
  };
}
