import { Malformed } from './pickle/malformed.ts';
import { torchContainer } from './torch/readTorchFile.ts';
import { isZip, zipEntries } from './zipEntries.ts';

/** What a file is by its first bytes (and, in a ZIP archive, by its entries); never by its name. */
export type FileKind =
  | { readonly kind: 'torch' }
  /** A pickle that torch.save did not write: a network of NVIDIA's, or anything. */
  | { readonly kind: 'pickle' }
  /** An ONNX model: somebody else's generator, or anything. */
  | { readonly kind: 'onnx' }
  /** Nothing that could hold a StyleGAN we read; `seems` completes "it is …". */
  | { readonly kind: 'other'; readonly seems: string };

const again = 'instead of the checkpoint: the download went wrong, so download it again';

const signatures: readonly (readonly [pattern: RegExp, seems: string])[] = [
  [/^\s*<(!doctype html|html|head|body)/i, `a web page saved ${again}`],
  [/^\s*<\?xml/i, `an XML document (often a server's error message) saved ${again}`],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer, not the checkpoint itself: run "git lfs pull" where it came from'],
  [/^\x93NUMPY/, 'a NumPy array (.npy)'],
  [/^\x89HDF\r\n/, 'an HDF5 file (Keras?)'],
  [/^(\x89PNG|\xff\xd8\xff|GIF8)/, 'a picture'],
  [/^\x1f\x8b/, 'a gzip archive: unpack it first'],
  [/^(7z\xbc\xaf|Rar!|\xfd7zXZ|BZh)/, 'a packed archive: unpack it first'],
  [/^[^]{257}ustar/, 'a tar archive: unpack it first (if torch wrote it, it is from before version 0.1.10)'],
  [/^[^]{4}TFL3/, 'a TensorFlow Lite model'],
  [/^[^]{8}\{"/, 'a safetensors file'],
  [/^\s*[{[]\s*["{[\]}]/, 'a JSON document'],
];

export function fileKind(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return other('empty');
  if (bytes.every((byte) => byte === 0)) return other('nothing but zeros: the download or the disk went wrong');
  const container = torchContainer(bytes);
  if (container === 'legacy') return { kind: 'torch' };
  if (container === 'zip') return zipKind(bytes);
  const start = Buffer.from(bytes.subarray(0, 512))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  // Protocol buffers: ir_version (field 1), then producer, graph, opset imports or the like.
  if (/^\x08[\x01-\x1f][\x12\x1a\x22\x2a\x32\x3a\x42]/.test(start)) return { kind: 'onnx' };
  const signature = signatures.find(([pattern]) => pattern.test(start));
  if (signature) return other(signature[1]);
  // Protocol 2 and later begin with their number; 0 and 1 with a container or the name of a class.
  if (/^(\x80[\x02-\x7f]|[(\]})]|c[\w.]+\n[\w.]+\n)/.test(start)) return { kind: 'pickle' };
  return other('no file of torch.save and no pickle');
}

function other(seems: string): FileKind {
  return { kind: 'other', seems };
}

function zipKind(bytes: Uint8Array): FileKind {
  let names: string[];
  try {
    names = [...zipEntries(bytes).keys()];
  } catch (error) {
    // A damaged archive is still most likely a checkpoint; its reader says what is wrong with it.
    if (error instanceof Malformed) return { kind: 'torch' };
    throw error;
  }
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/^[^/]+\/constants\.pkl$/)) return other('a TorchScript program (torch.jit.save), not a state dict');
  if (has(/^[^/]+\/data\.pkl$/)) return { kind: 'torch' };
  if (has(/\.npy$/)) return other('an archive of NumPy arrays (.npz)');
  if (has(/\.(pt|pth|pkl)$/)) return other('a ZIP archive with a checkpoint inside: unpack it first');
  if (has(/(^|\/)data\.pkl$/))
    return other('an unpacked and re-zipped torch.save file, whose folders are not where they were');
  if (has(/^manifest\.json$/) && has(/^labels\.png$/)) return other('a .dgan sample, not a generator');
  return other(isZip(bytes) ? 'a ZIP archive of something else' : 'a damaged archive');
}
