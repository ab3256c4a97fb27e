import { closeSync, openSync, writeSync } from 'node:fs';
import { sizeOf } from '../../src/engine/tensor.ts';
import { parameterShapes } from '../../src/stylegan/generatorParameters.ts';
import type { Stylegan2Architecture } from '../../src/stylegan/stylegan2/architecture.ts';
import { resampleFilter } from '../../src/stylegan/stylegan2/network.ts';
import { repeatedNumbers } from './configF.ts';

/** A module as `torch_utils.persistence` pickles it. */
interface Module {
  readonly className: string;
  readonly attributes: Readonly<Record<string, Buffer>>;
  readonly tensors: Map<string, readonly number[]>;
  readonly children: Map<string, Module>;
}

/**
 * Writes a pickle in the format of stylegan2-ada-pytorch: G, D and G_ema with random weights, protocol 4, every tensor a
 * torch.save stream of its own. At configuration F it has the size of ffhq.pkl.
 */
export function writeNvidiaPickle(path: string, architecture: Stylegan2Architecture): void {
  const file = openSync(path, 'w');
  // In pieces, as they come: the whole would not be needed in memory.
  const write = (...parts: readonly Uint8Array[]): void => parts.forEach((part) => writeSync(file, part));
  write(Buffer.from([0x80, 4]), ascii('}('));
  write(text('training_set_kwargs'), reduce('dnnlib.util', 'EasyDict', []));
  for (const [name, root] of [
    ['G', generatorModule(architecture)],
    ['D', discriminatorModule(architecture)],
    ['G_ema', generatorModule(architecture)],
  ] as const) {
    write(text(name));
    writeModule(write, root);
  }
  write(text('augment_pipe'), ascii('Nu.'));
  closeSync(file);
}

type Write = (...parts: readonly Uint8Array[]) => void;

function writeModule(write: Write, { className, attributes, tensors, children }: Module): void {
  write(global('torch_utils.persistence', '_reconstruct_persistent_obj'), ascii('}('));
  write(text('type'), text('class'), text('version'), int(6), text('module_src'), text('# nothing is run\n'));
  write(text('class_name'), text(className), text('state'), ascii('}('));
  for (const [name, value] of Object.entries(attributes)) write(text(name), value);
  const isBuffer = (name: string): boolean => /(w_avg|resample_filter|noise_const)$/.test(name);
  for (const kind of ['_parameters', '_buffers']) {
    write(text(kind), reduce('collections', 'OrderedDict', []), ascii('('));
    for (const [name, shape] of tensors) {
      if (isBuffer(name) !== (kind === '_buffers')) continue;
      write(text(name));
      if (kind === '_parameters') write(global('torch._utils', '_rebuild_parameter'));
      writeTensor(write, name, shape);
      if (kind === '_parameters')
        write(Buffer.from([0x89]), reduce('collections', 'OrderedDict', []), Buffer.from([0x87]), ascii('R'));
    }
    write(ascii('u'));
  }
  write(text('_modules'), reduce('collections', 'OrderedDict', []), ascii('('));
  for (const [name, child] of children) {
    write(text(name));
    writeModule(write, child);
  }
  write(ascii('u'));
  write(ascii('uu'), Buffer.from([0x85]), ascii('R'));
}

function writeTensor(write: Write, name: string, shape: readonly number[]): void {
  const count = sizeOf(shape);
  const { data } = name.endsWith('resample_filter')
    ? { data: Float32Array.from(resampleFilter.flatMap((a) => resampleFilter.map((b) => a * b))) }
    : repeatedNumbers(shape);
  const id = tuple(text('storage'), global('torch', 'FloatStorage'), text('1'), text('cpu'), int(count), ascii('N'));
  const head = Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
    pickle(int(1001)),
    pickle(ascii('}('), text('protocol_version'), int(1001), text('little_endian'), Buffer.from([0x88]), ascii('u')),
    pickle(id, ascii('Q')),
    pickle(ascii(']'), text('1'), ascii('a')),
    u64(count),
  ]);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const bytes = new Uint8Array(data.buffer, 0, 4 * count);
  write(global('torch._utils', '_rebuild_tensor_v2'), ascii('('), global('torch.storage', '_load_from_bytes'));
  write(Buffer.from([0x8e]), u64(head.length + bytes.length), head, bytes, Buffer.from([0x85]), ascii('R'));
  write(int(0), tuple(...shape.map(int)), tuple(...strides.map(int)), Buffer.from([0x89]));
  write(reduce('collections', 'OrderedDict', []), ascii('tR'));
}

/** NVIDIA's names of our parameters. */
function generatorModule(architecture: Stylegan2Architecture): Module {
  const root = module('Generator');
  const synthesis = child(root, 'synthesis', 'SynthesisNetwork');
  for (const { resolution } of architecture.blocks) {
    const block = child(synthesis, `b${resolution}`, 'SynthesisBlock', { architecture: text('skip') });
    block.tensors.set('resample_filter', [4, 4]);
    for (const layer of resolution === 4 ? ['conv1'] : ['conv0', 'conv1'])
      child(block, layer, 'SynthesisLayer', {
        activation: text('lrelu'),
        conv_clamp: ascii('N'),
        use_noise: Buffer.from([0x88]),
      }).tensors.set('resample_filter', [4, 4]);
    child(block, 'torgb', 'ToRGBLayer', { conv_clamp: ascii('N') });
  }
  for (const [name, shape] of parameterShapes(architecture)) put(root, nvidiaName(name), nvidiaShape(name, shape));
  return root;
}

function nvidiaName(name: string): string {
  if (name === 'w_avg') return 'mapping.w_avg';
  const noise = /^noise\.(\d+)$/.exec(name);
  if (noise) {
    const layer = Number(noise[1]);
    return `synthesis.b${4 * 2 ** Math.ceil(layer / 2)}.conv${layer === 0 ? 1 : (layer + 1) % 2}.noise_const`;
  }
  return name
    .replace(/^mapping\.(\d+)/, 'mapping.fc$1')
    .replace(/^synthesis\.(\d+)/, 'synthesis.b$1')
    .replace(/\.style\./, '.affine.')
    .replace(/\.noise$/, '.noise_strength');
}

function nvidiaShape(name: string, shape: readonly number[]): readonly number[] {
  if (name.endsWith('.noise')) return [];
  if (name.endsWith('.const')) return shape.slice(1);
  return name.startsWith('noise.') ? shape.slice(2) : shape;
}

/** Its tensors have the sizes of the residual discriminator's. */
function discriminatorModule({ blocks, imageChannels }: Stylegan2Architecture): Module {
  const root = module('Discriminator');
  [...blocks].reverse().forEach(({ resolution, channels }, i, order) => {
    const next = order[i + 1]?.channels;
    if (i === 0) put(root, `b${resolution}.fromrgb.weight`, [channels, imageChannels, 1, 1]);
    if (next === undefined) {
      put(root, 'b4.conv.weight', [channels, channels + 1, 3, 3]);
      put(root, 'b4.fc.weight', [channels, 16 * channels]);
      put(root, 'b4.out.weight', [1, channels]);
    } else {
      put(root, `b${resolution}.conv0.weight`, [channels, channels, 3, 3]);
      put(root, `b${resolution}.conv1.weight`, [next, channels, 3, 3]);
      put(root, `b${resolution}.skip.weight`, [next, channels, 1, 1]);
    }
  });
  return root;
}

function module(className: string, attributes: Module['attributes'] = {}): Module {
  return { className, attributes, tensors: new Map(), children: new Map() };
}

function child(parent: Module, name: string, className: string, attributes: Module['attributes'] = {}): Module {
  const made = parent.children.get(name) ?? module(className, attributes);
  parent.children.set(name, made);
  return made;
}

/** @param path dotted: modules and the tensor's name */
function put(root: Module, path: string, shape: readonly number[]): void {
  const names = path.split('.');
  const tensor = names.pop()!;
  names.reduce((parent, name) => child(parent, name, 'FullyConnectedLayer'), root).tensors.set(tensor, shape);
}

function ascii(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = 'J'.charCodeAt(0);
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return Buffer.concat([ascii('X'), length, Buffer.from(value)]);
}

function global(from: string, name: string): Buffer {
  return ascii(`c${from}\n${name}\n`);
}

function tuple(...items: readonly Buffer[]): Buffer {
  return Buffer.concat([ascii('('), ...items, ascii('t')]);
}

function reduce(from: string, name: string, args: readonly Buffer[]): Buffer {
  return Buffer.concat([global(from, name), tuple(...args), ascii('R')]);
}

function pickle(...operations: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([0x80, 2]), ...operations, ascii('.')]);
}
