import fc from 'fast-check';
import type { RgbImage } from '../../../src/dataset/image.ts';
import { UNLABELLED, type LabelMap } from '../../../src/dataset/labelMap.ts';
import type { Latent, Noise } from '../../../src/dataset/provenance.ts';
import type { Sample } from '../../../src/dataset/sample.ts';

/** Random samples of the domain for property tests. */

/** As JSON.parse makes objects: with Object's prototype. */
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

export const size = record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) });

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

export const rgbImage: fc.Arbitrary<RgbImage> = size.chain(({ width, height }) =>
  bytes(width * height * 3).map((data) => ({ width, height, data })),
);

export const labelMap: fc.Arbitrary<LabelMap> = size.chain(({ width, height }) =>
  bytes(width * height).map((data) => ({ width, height, data })),
);

// JSON has no −0.
const number = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => (value === 0 ? 0 : value));
const values = fc.array(number, { minLength: 1, maxLength: 5 });
const natural = fc.nat();

export const latent: fc.Arbitrary<Latent> = fc.oneof(
  record({ space: fc.constant('z' as const), seed: natural, index: natural }),
  record({ space: fc.constant('z' as const), values }),
  record({ space: fc.constant('w' as const), values }),
  record({ space: fc.constant('w+' as const), values: fc.array(values, { minLength: 1, maxLength: 3 }) }),
);

const noise: fc.Arbitrary<Noise> = fc.oneof(
  fc.constant({ kind: 'constant' as const }),
  record({ kind: fc.constant('seeded' as const), seed: natural }),
);

const sha256 = fc.string({
  unit: fc.nat({ max: 15 }).map((digit) => digit.toString(16)),
  minLength: 64,
  maxLength: 64,
});

export const sample: fc.Arbitrary<Sample> = record({
  size,
  ids: fc.uniqueArray(fc.integer({ min: 0, max: 254 }), { maxLength: 5 }),
  status: fc.constantFrom('open' as const, 'reviewed' as const, 'discarded' as const),
  origin: fc.oneof(
    record({
      kind: fc.constant('generated' as const),
      generator: record({ name: fc.string(), sha256 }),
      latent,
      truncation: record({
        psi: number,
        layers: fc.oneof(fc.nat({ max: 18 }), fc.constant('all' as const)),
      }),
      noise,
    }),
    record({ kind: fc.constant('photo' as const), file: fc.string() }),
    fc.constant({ kind: 'photo' as const }),
  ),
  fromTheFuture: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown), // without −0
}).chain(({ size: { width, height }, ids, status, origin, fromTheFuture }) =>
  record({
    manifest: fc.constant({
      format: 'datasetgan-sample' as const,
      version: 1 as const,
      origin,
      status,
      classes: ids.map((id) => ({ id, name: `class ${id}`, colour: '#123abc' })),
      fromTheFuture,
    }),
    image: bytes(width * height * 3).map((data) => ({ width, height, data })),
    labels: fc
      .array(fc.constantFrom(UNLABELLED, ...ids), { minLength: width * height, maxLength: width * height })
      .map((labels) => ({ width, height, data: Uint8Array.from(labels) })),
  }),
);
