import { Malformed } from './malformed.ts';
import { type PickleConstructor, PickleGlobal, PickleObject } from './pickleValue.ts';

const encode: PickleConstructor = ([text, encoding], budget) => {
  // How protocol 2 writes Python 3's bytes.
  if (typeof text !== 'string' || encoding !== 'latin1') throw new Malformed('its pickle encodes what is no text');
  budget.spend(text.length);
  return new Uint8Array(Buffer.from(text, 'latin1'));
};

const object =
  (type: string): PickleConstructor =>
  (args) =>
    new PickleObject(type, args);

/** The names in which numpy pickles its arrays and scalars; what they make only keeps its arguments and state. */
export const numpyGlobals: ReadonlyMap<string, PickleGlobal> = new Map(
  Object.entries<PickleConstructor | undefined>({
    '_codecs.encode': encode,
    'numpy.dtype': object('numpy.dtype'),
    'numpy.ndarray': undefined,
    'numpy.core.multiarray.scalar': object('numpy.scalar'),
    'numpy._core.multiarray.scalar': object('numpy.scalar'),
    'numpy.core.multiarray._reconstruct': object('numpy.ndarray'),
    'numpy._core.multiarray._reconstruct': object('numpy.ndarray'),
  }).map(([name, construct]) => [name, new PickleGlobal(name, construct)]),
);
