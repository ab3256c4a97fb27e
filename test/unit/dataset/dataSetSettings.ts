import { DATA_SET_VERSION, type DataSetSettings } from '../../../src/dataset/dataSetSettings.ts';

/** Settings of a small data set with two classes; a test names what it is about. */
export function dataSetSettings(patch: Partial<DataSetSettings> = {}): DataSetSettings {
  return {
    format: 'datasetgan-dataset',
    version: DATA_SET_VERSION,
    generator: { name: 'g', sha256: 'a'.repeat(64) },
    interpreter: { sha256: 'b'.repeat(64), members: 10 },
    classes: [
      { id: 0, name: 'background', colour: '#e6e6e6' },
      { id: 3, name: 'hair', colour: '#78461e' },
    ],
    width: 4,
    height: 4,
    count: 10,
    seed: 1,
    truncation: { psi: 0.7, layers: 8 },
    noise: { kind: 'constant' },
    batch: 1,
    ...patch,
  };
}
