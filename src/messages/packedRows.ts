/** Rows of a data set in columns: ten thousand of them travel as four arrays. All are as long as `ids`, but for `pixels`. */
export interface PackedRows {
  /** In no particular order. */
  readonly ids: Uint32Array;
  /** Uncertainty of each image, in nats, by the score that the data set is filtered by. */
  readonly scores: Float32Array;
  /** Pixels per class, row-major [images, classes], in the order of the data set's classes. */
  readonly pixels: Uint32Array;
}

/** A row of an index as far as the gallery needs it. */
export interface PackableRow {
  readonly id: number;
  readonly sum: number;
  readonly top10mean: number;
  readonly pixels: Readonly<Record<string, number>>;
}

/** @param classIds in the order of the columns */
export function packRows(
  rows: readonly PackableRow[],
  score: 'sum' | 'top10mean',
  classIds: readonly number[],
): PackedRows {
  const ids = new Uint32Array(rows.length);
  const scores = new Float32Array(rows.length);
  const pixels = new Uint32Array(rows.length * classIds.length);
  const keys = classIds.map(String);
  rows.forEach((row, i) => {
    ids[i] = row.id;
    scores[i] = row[score];
    keys.forEach((key, k) => (pixels[i * keys.length + k] = row.pixels[key] ?? 0));
  });
  return { ids, scores, pixels };
}
