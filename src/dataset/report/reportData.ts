import type { CurvePoint } from '../../interpreter/trainingCurve.ts';
import type { DataSetSettings, Runtime } from '../dataSetSettings.ts';
import type { Filter } from '../filter.ts';
import type { RgbImage } from '../image.ts';
import type { LabelMap } from '../labelMap.ts';
import type { Fate } from '../selection.ts';
import type { Statistics } from '../statistics.ts';

/** Everything that the report says, as plain data. */
export interface ReportData {
  /** What the report is about: the project's or the data set's name. */
  readonly title: string;
  readonly settings: DataSetSettings;
  readonly statistics: Statistics;
  readonly filter: Filter | undefined;
  /** Images that are not generated yet. */
  readonly missing: number;
  readonly runtimes: readonly Runtime[];
  /** Drawn at random from the kept images. */
  readonly random: readonly ReportImage[];
  /** The most uncertain of all images, the most uncertain first. */
  readonly uncertain: readonly ReportImage[];
  readonly training: ReportTraining | undefined;
  readonly measured: ReportMeasured;
  /** Of the programs that made the report. */
  readonly versions: readonly { readonly name: string; readonly version: string }[];
}

/** One image of the contact sheet; pixels that were made smaller already where they would make the file large. */
export interface ReportImage {
  readonly id: number;
  /** The score that the filter goes by, in nats. */
  readonly score: number;
  readonly fate: Fate;
  readonly image: RgbImage;
  readonly labels: LabelMap;
  /** Per pixel, in nats; as many as `image` has pixels. */
  readonly uncertainty: Float32Array;
}

/** How the interpreter was trained, as far as it is known. */
export interface ReportTraining {
  readonly curve: readonly CurvePoint[];
  /** Of each member, where its weights were kept. */
  readonly best: readonly { readonly step: number; readonly loss: number; readonly accuracy: number }[];
  /** Annotated samples. */
  readonly samples?: number | undefined;
  readonly seconds?: number | undefined;
}

/** What only somebody knows who watched the run or has a ground truth. */
export interface ReportMeasured {
  readonly imagesPerSecond?: number | undefined;
  /** 0 … 1, on annotated images that were not trained on. */
  readonly meanIoU?: number | undefined;
}
