import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { messageOf, UserError } from '../../../src/base/userError.ts';
import { readCheckpoint } from '../../../src/stylegan/readCheckpoint.ts';
import { op, pickle, torchLegacy, torchZip, writeTorchFile } from './writeTorchFile.ts';

// Not a Buffer, whose slice() would share its bytes.
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/checkpoints/${name}`));
const text = (content: string): Buffer => Buffer.from(content, 'latin1');

function refuses(bytes: Uint8Array, sentence: string): void {
  const message = `x.pt is ${sentence}; generators are read from NVIDIA's pickles (StyleGAN 1, 2 and 3), rosinality's StyleGAN 2 files and StyleGAN 1 \`.for_g_all.pt\` files.`;
  assert.throws(() => readCheckpoint(bytes, 'x.pt'), { name: UserError.name, message });
}

/** One tensor of one value under each of the names, nested below `path`. */
function weights(names: readonly string[], container: 'zip' | 'legacy' = 'zip'): Uint8Array {
  const view = { storage: 'a', shape: [1], strides: [1] };
  return writeTorchFile(container, Object.fromEntries(names.map((name) => [name, view])), {
    a: { type: 'FloatStorage', bytes: new Uint8Array(4), length: 1 },
  });
}

/** State dicts under names, each of tensors of one value. */
function nestedWeights(parts: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const tensor = op.reduce(
    op.global('torch._utils', '_rebuild_tensor_v2'),
    op.persistent(
      op.tuple(op.text('storage'), op.global('torch', 'FloatStorage'), op.text('a'), op.text('cpu'), op.int(1)),
    ),
    op.int(0),
    op.tuple(op.int(1)),
    op.tuple(op.int(1)),
  );
  const dicts = Object.entries(parts).map(
    ([name, names]) => [name, op.dict(names.map((key) => [key, tensor] as const))] as const,
  );
  return torchZip(pickle(op.dict(dicts)), { a: { type: 'FloatStorage', bytes: new Uint8Array(4), length: 1 } });
}

/** mulberry32: the same damage on every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('readCheckpoint', () => {
  const genuine = ['stylegan1-32.for_g_all.pt', 'stylegan1-128.for_g_all.pt'];

  it('reads a generator whatever its file is called, and hashes the file', () => {
    for (const name of genuine) {
      const bytes = fixture(name);
      const { architecture, parameters, sha256 } = readCheckpoint(bytes, 'anything.bin');
      assert.equal(architecture.family, 'stylegan1');
      assert.ok(parameters.size > 50);
      assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('names checkpoints without a generator that is known', () => {
    const network = text('cdnnlib.tflib.network\nNetwork\n)\x81}X\x07\0\0\0versionK\x09sb');
    refuses(
      pickle(network, network, network, Buffer.from([0x87])),
      'a network of NVIDIA of an unknown version (TensorFlow pickle)',
    );
    refuses(weights(['convs.0.0.weight', 'final_linear.0.weight'], 'legacy'), 'a discriminator without its generator');
    refuses(
      weights(['layer1.weight', 'layer2.weight', 'c', 'd']),
      'a PyTorch state dict of another network (layer1.weight, layer2.weight, c, …)',
    );
    const diffusion = 'a diffusion model: it makes images in many steps and has no style layers to label them by';
    refuses(weights(['time_embed.0.weight', 'input_blocks.0.0.weight']), diffusion);
    refuses(nestedWeights({ state_dict: ['model.diffusion_model.input_blocks.0.0.weight'] }), diffusion);
    refuses(
      nestedWeights({ g: ['input.input', 'conv1.conv.modulation.weight'], d: ['convs.0.0.weight'] }),
      'a training checkpoint without "g_ema", the running average of the generator that makes the good images: take one that has it, or convert_weight.py\'s',
    );
    refuses(nestedWeights({ d: ['convs.0.0.weight'], d_optim: ['a'] }), 'a discriminator without its generator');
    refuses(
      nestedWeights({ state_dict: ['backbone.weight'] }),
      'a training checkpoint (PyTorch Lightning or alike) of another network',
    );
    const persistent = (): Buffer =>
      op.reduce(
        op.global('torch_utils.persistence', '_reconstruct_persistent_obj'),
        op.dict([
          ['class_name', op.text('Discriminator')],
          ['state', op.dict([['a', op.int(1)]])],
        ]),
      );
    refuses(pickle(op.dict([['D', persistent()]])), 'a discriminator of NVIDIA without its generator');
    refuses(
      pickle(
        op.dict([
          ['G', persistent()],
          ['D', persistent()],
        ]),
      ),
      'a training file of NVIDIA without "G_ema", the running average of the generator that makes the good images: take a network-snapshot of a later step',
    );
    refuses(pickle(persistent()), 'a single Discriminator of NVIDIA (PyTorch pickle)');
    refuses(torchZip(pickle(op.dict([['epoch', op.int(3)]]))), 'a PyTorch file without weights (epoch)');
    refuses(torchLegacy(pickle(op.int(3))), 'a PyTorch file that holds no weights');
    refuses(pickle(op.int(3)), 'a pickle of something else');
  });

  it('names files that are no checkpoints', () => {
    const again = 'instead of the checkpoint: the download went wrong, so download it again';
    refuses(new Uint8Array(0), 'empty');
    refuses(new Uint8Array(1000), 'nothing but zeros: the download or the disk went wrong');
    refuses(text('\n<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded'), `a web page saved ${again}`);
    refuses(text('\xef\xbb\xbf<html lang="en">'), `a web page saved ${again}`);
    refuses(text("<?xml version='1.0'?><Error>"), `an XML document (often a server's error message) saved ${again}`);
    refuses(
      text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
      'a Git LFS pointer, not the checkpoint itself: run "git lfs pull" where it came from',
    );
    refuses(text('\x08\x08\x12\x07pytorch\x1a\x032.0'), 'an ONNX model');
    refuses(text('\x40\0\0\0\0\0\0\0{"weight":{"dtype":"F32"'), 'a safetensors file');
    refuses(fixture('stylegan1-32.for_g_all.z.npy'), 'a NumPy array (.npy)');
    refuses(fixture('stylegan1-32.for_g_all.noise.npz'), 'an archive of NumPy arrays (.npz)');
    refuses(text('{"name": "datasetgan"}'), 'a JSON document');
    refuses(text('\x1f\x8b\x08\0'), 'a gzip archive: unpack it first');
    refuses(text('\x89PNG\r\n\x1a\n'), 'a picture');
    refuses(text('# A readme\n'), 'no file of torch.save and no pickle');
    refuses(zipSync({ 'a.txt': text('a') }), 'a ZIP archive of something else');
    refuses(zipSync({ 'folder/g.pt': text('a') }), 'a ZIP archive with a checkpoint inside: unpack it first');
    refuses(
      zipSync({ 'm/data.pkl': text('a'), 'm/constants.pkl': text('a') }),
      'a TorchScript program (torch.jit.save), not a state dict',
    );
  });

  it('names a function that the file wants run, in every container', () => {
    const evil = pickle(op.reduce(op.global('posix', 'system'), op.text('echo hello')));
    const sentence =
      "x.pt can't be read: it asks for posix.system, which is not among the names that a checkpoint may use; nothing was run.";
    for (const bytes of [evil, torchZip(evil), torchLegacy(evil), text("cposix\nsystem\n(S'echo'\ntR.")]) {
      assert.throws(() => readCheckpoint(bytes, 'x.pt'), { name: UserError.name, message: sentence });
    }
    // Inside a tensor inside a network pickle.
    const inner = Buffer.from(torchLegacy(evil));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(inner.length);
    const bytes = Buffer.concat([text('B'), length, inner]);
    const outer = pickle(op.reduce(op.global('torch.storage', '_load_from_bytes'), bytes));
    assert.throws(() => readCheckpoint(outer, 'x.pt'), { name: UserError.name, message: sentence });
  });

  for (const name of [...genuine, 'stylegan3-r-16.pkl', 'stylegan2-32.tensorflow.pkl']) {
    it(`says that ${name} is cut off, wherever it ends`, () => {
      const whole = fixture(name);
      const random = randomNumbers(1);
      const lengths = [0, 1, 2, 14, 15, 16, 20, 100, 1000, whole.length - 1, whole.length - 4, whole.length - 22];
      for (let i = 0; i < 150; i++) lengths.push(Math.floor(random() * whole.length));
      for (const length of lengths) {
        const started = performance.now();
        assert.throws(
          () => readCheckpoint(whole.subarray(0, length), 'x.pt'),
          (error) => error instanceof UserError && /^x\.pt.*\.$/.test(error.message),
          `cut at ${length}`,
        );
        assert.ok(performance.now() - started < 2000, `cut at ${length} takes long`);
      }
    });

    it(`either reads ${name} with damaged bytes or says what is wrong`, () => {
      const whole = fixture(name);
      const random = randomNumbers(2);
      const at = (length: number): number => Math.floor(random() * length);
      for (let i = 0; i < 250; i++) {
        const damaged = whole.slice();
        // Half of the damage goes to the ends, where pickles and ZIP directories are.
        const near = [at(whole.length), at(2000), whole.length - 1 - at(4000), at(20000)][i % 4]!;
        for (let j = 0; j <= i % 3; j++) damaged[(near + j * at(50)) % whole.length] = at(256);
        const started = performance.now();
        try {
          readCheckpoint(damaged, 'x.pt');
        } catch (error) {
          assert.ok(error instanceof UserError, `${messageOf(error)} (damage ${i} at ${near})`);
          assert.match(error.message, /^x\.pt.*\.$/);
        }
        assert.ok(performance.now() - started < 2000, `damage ${i} at ${near} takes long`);
      }
    });
  }
});
