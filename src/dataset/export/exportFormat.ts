import type { LabelClass } from '../classes.ts';
import type { LabelMap } from '../labelMap.ts';
import type { ExportFolder } from './exportFolder.ts';
import type { SplitName } from './split.ts';

/** One sample as a format gets it: checked, with the merged classes' ids. */
export interface ExportSample {
  readonly id: number;
  /** The id with at least six digits: how every format calls the sample's files. */
  readonly name: string;
  readonly split: SplitName;
  /** The bytes of the PNG file, to be stored as they are. */
  readonly image: Uint8Array;
  readonly labels: LabelMap;
  readonly kept: boolean;
}

/** What a format may want to be told. */
export interface FormatOptions {
  /**
   * COCO: how a region with holes is said. `rle`: run lengths with iscrowd 1, as the format's page has it (many trainers
   * skip crowds). `cut`: a polygon cut open along a bridge of no width, iscrowd 0.
   */
  readonly holes: 'rle' | 'cut';
  /** WebDataset: samples in one .tar. */
  readonly shardSize: number;
}

export const DEFAULT_FORMAT_OPTIONS: FormatOptions = { holes: 'rle', shardSize: 1000 };

/** What a whole export has in common. */
export interface ExportContext {
  readonly folder: ExportFolder;
  /** In the order of their ids. */
  readonly classes: readonly LabelClass[];
  /** The parts that exist, `train` first; only `train` when nothing was asked for. */
  readonly splits: readonly SplitName[];
  readonly attribution: string;
  readonly options: FormatOptions;
}

/** One way to lay a data set out for other people's programs. */
export interface ExportFormat {
  /** How the command line calls it. */
  readonly name: string;
  /** One line for a menu. */
  readonly description: string;
  /** What somebody must know who reads the files: how ids are written, what stands where. Markdown, for the README. */
  readonly notes: (context: ExportContext) => readonly string[];
  /** Front matter of the README, if its readers want one. */
  readonly readmeHead?: (context: ExportContext) => string;
  /** Writes all files of the format. Takes each sample once and holds none for longer. */
  readonly write: (samples: AsyncIterable<ExportSample>, context: ExportContext) => Promise<void>;
}
