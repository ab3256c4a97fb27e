import type { Tensor } from '../../engine/tensor.ts';
import { Malformed } from '../pickle/malformed.ts';
import { PickleObject, type PickleValue } from '../pickle/pickleValue.ts';
import { bytesPerElement, denseTensor, type ElementType } from '../stridedArray.ts';

/** The bytes behind one or more storages. In the legacy container they follow the pickle that refers to them. */
export interface StorageData {
  readonly type: ElementType;
  bytes: Uint8Array | undefined;
}

/** A run of elements in `data`: `offset` and `length` count elements. */
export class TorchStorage extends PickleObject {
  readonly data: StorageData;
  readonly elementType: ElementType;
  readonly offset: number;
  readonly length: number;
  constructor(data: StorageData, elementType: ElementType, offset: number, length: number) {
    super('torch.storage');
    this.data = data;
    this.elementType = elementType;
    this.offset = offset;
    this.length = length;
  }

  /** A view of the storage's bytes. Throws Malformed when the file has fewer than it says. */
  bytes(): Uint8Array {
    const { bytes } = this.data;
    const width = bytesPerElement[this.elementType];
    const end = (this.offset + this.length) * width;
    if (!bytes || end > bytes.length) {
      throw new Malformed(`needs ${end} bytes of data, of which ${bytes?.length ?? 0} are there (cut off?)`);
    }
    return bytes.subarray(this.offset * width, end);
  }
}

/** A tensor as the file describes it: a strided view of a storage that others may share. */
export class TorchTensor extends PickleObject {
  readonly storage: TorchStorage;
  readonly elementType: ElementType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  constructor(
    storage: TorchStorage,
    elementType: ElementType,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    super('torch.Tensor');
    this.storage = storage;
    this.elementType = elementType;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /**
   * A dense copy of just the elements that the view shows.
   * @throws Malformed when they lie outside the storage or are more than `mostElements`.
   */
  dense(mostElements: number): Tensor {
    const { elementType: type, offset, shape, strides } = this;
    return denseTensor({ bytes: this.storage.bytes(), type, offset, shape, strides }, mostElements);
  }
}

/** A size, stride or offset of the file. */
export function count(value: PickleValue | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`its pickle gives a ${what} that is no whole number from 0`);
  }
  return value;
}
