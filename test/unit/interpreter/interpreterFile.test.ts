import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/userError.ts';
import { buildModel } from '../../../src/engine/graph.ts';
import { decodeModel, encodeModel } from '../../../src/engine/onnx/codec.ts';
import { Session } from '../../../src/engine/session.ts';
import { float32, float32Data, type Tensor } from '../../../src/engine/tensor.ts';
import { constant, parameter } from '../../../src/engine/value.ts';
import { weightShapes, type WeightName } from '../../../src/interpreter/ensemble.ts';
import type { NamedValues } from '../../../src/interpreter/ensembleLayers.ts';
import { fromHalf } from '../../../src/interpreter/halfFloat.ts';
import { encodeInterpreter, loadInterpreter } from '../../../src/interpreter/interpreterFile.ts';
import { literalGraph } from '../../../src/interpreter/literalGraph.ts';
import { trainInterpreter, type TrainedInterpreter } from '../../../src/interpreter/trainInterpreter.ts';
import { DEFAULT_TRAINING } from '../../../src/interpreter/trainingSettings.ts';
import { jensenShannon } from '../../../src/interpreter/uncertainty.ts';
import { majorityVote } from '../../../src/interpreter/vote.ts';
import { TOY_GRID, TOY_IDS, TOY_SHAPES, toyMaps, toySamples } from './toySamples.ts';

const cpu = { provider: 'cpu', cpuFallback: 'allow' } as const;
const classes = [...TOY_IDS, 99].map((id) => ({ id, name: `class ${id}`, colour: '#102030' }));

const options = {
  generator: { name: 'toy', sha256: 'ab'.repeat(32) },
  classes,
  featureShapes: TOY_SHAPES,
  plan: {
    members: 3,
    hidden: [6, 5],
    features: 'paper',
    dropout: [0, 0],
    pixelsPerImage: 100,
    training: { ...DEFAULT_TRAINING, batch: 32, minimumSteps: 30 },
  },
} as const;

describe('an interpreter, trained and stored', () => {
  let trained: TrainedInterpreter;
  let bytes: Uint8Array;
  before(async () => {
    trained = await trainInterpreter({ ...options, samples: toySamples(5) });
    bytes = encodeInterpreter(trained);
  });

  it('comes back as it was', () => {
    const loaded = loadInterpreter(bytes, 'a.onnx');
    assert.deepEqual(loaded.architecture, trained.architecture);
    assert.deepEqual(loaded.facts, trained.facts);
    for (const [name, shape] of weightShapes(trained.architecture)) {
      assert.deepEqual(loaded.weights.get(name)!.shape, shape);
      assert.deepEqual([...float32Data(loaded.weights.get(name))], [...float32Data(trained.weights.get(name))]);
    }
  });

  it('is the same file when the same is trained again', async () => {
    const again = await trainInterpreter({ ...options, samples: toySamples(5) });
    assert.deepEqual(encodeInterpreter(again), bytes);
  });

  it('is a model that any runtime can run: maps in; permanent class ids and uncertainty out', async () => {
    const maps = Object.fromEntries(
      Array.from(toyMaps(2), ([name, map]): [string, Tensor] => [
        name,
        float32(map.shape, fromHalf(map.data as Uint16Array)),
      ]),
    );
    const session = await Session.create(bytes, cpu);
    const { labels, uncertainty } = await session.run(maps);
    await session.release();

    const weights = Object.fromEntries(
      Array.from(trained.weights, ([name, tensor]) => [name, parameter(name, tensor)]),
    );
    const features = TOY_SHAPES.map(({ name }) => constant(maps[name]!));
    const logits = literalGraph(features, weights as NamedValues<WeightName>, TOY_GRID);
    const literal = await Session.create(encodeModel(buildModel({ name: 'literal', outputs: { logits } })), cpu);
    const expected = float32Data((await literal.run({}))['logits']);
    await literal.release();
    const votes = majorityVote(expected, 3, 5);
    assert.deepEqual(labels!.shape, [1, 16, 16]);
    assert.deepEqual(
      [...(labels!.data as Uint8Array)],
      Array.from(votes, (index) => classes[index]!.id),
    );
    jensenShannon(expected, 3, 5).forEach((value, i) => {
      assert.ok(Math.abs(float32Data(uncertainty)[i]! - value) < 1e-4);
    });
  });

  it('warns of a class and of a sample without a labelled pixel', async () => {
    assert.deepEqual(trained.warnings, ['The class "class 99" has no labelled pixel, so it will not be predicted.']);
    const [first, ...others] = toySamples(6);
    const empty = { ...first!, name: 'empty.dgan', labels: { ...TOY_GRID, data: new Uint8Array(256).fill(255) } };
    const { warnings, facts } = await trainInterpreter({ ...options, samples: [empty, ...others] });
    assert.equal(warnings[1], 'empty.dgan has no labelled pixel, so it was not trained on.');
    assert.equal(facts.samples, 5);
  });

  it('is not trained when nothing is labelled, or a label is none of the classes', async () => {
    const labelled = (id: number) =>
      toySamples(2).map((sample) => ({ ...sample, labels: { ...TOY_GRID, data: new Uint8Array(256).fill(id) } }));
    await assert.rejects(
      trainInterpreter({ ...options, samples: labelled(255) }),
      new UserError('No sample has a labelled pixel: paint at least one sample, then train.'),
    );
    await assert.rejects(
      trainInterpreter({ ...options, samples: labelled(8) }),
      new UserError('0.dgan has pixels of class 8, which the project does not have.'),
    );
  });

  it('learns from a single sample, even from a single pixel', async () => {
    for (const pixels of [256, 3, 1]) {
      const data = new Uint8Array(256).fill(255).fill(7, 0, pixels);
      const [sample] = toySamples(1);
      const { facts } = await trainInterpreter({
        ...options,
        samples: [{ ...sample!, labels: { ...TOY_GRID, data } }],
      });
      assert.deepEqual([facts.samples, facts.pixels], [1, Math.min(pixels, 100)]);
    }
  });

  describe('says what is wrong with a file', () => {
    const changed = (change: (model: ReturnType<typeof decodeModel>) => object) => {
      const model = decodeModel(bytes);
      return encodeModel({ ...model, ...change(model) });
    };
    const metadata = (change: (text: string) => string) =>
      changed((model) => ({
        metadata: { 'datasetgan.interpreter': change(model.metadata['datasetgan.interpreter']!) },
      }));
    const refused = (data: Uint8Array, sentence: RegExp) =>
      assert.throws(
        () => loadInterpreter(data, 'a.onnx'),
        (error) => error instanceof UserError && sentence.test(error.message),
      );

    it('truncated', () => refused(bytes.subarray(0, bytes.length / 2), /^a\.onnx /));
    it('another model', () =>
      refused(
        changed(() => ({ metadata: {} })),
        /^a\.onnx is an ONNX model, but no interpreter/,
      ));
    it('a newer version', () =>
      refused(
        metadata((text) => text.replace('"version":1', '"version":2')),
        /^a\.onnx was written by a newer version/,
      ));
    it('damaged metadata', () => {
      refused(
        metadata((text) => text.slice(1)),
        /^a\.onnx: the description of the interpreter is damaged/,
      );
      refused(
        metadata((text) => text.replace('"members":3', '"members":"three"')),
        /members/,
      );
    });
    it('weights of another size, or missing', () => {
      refused(
        metadata((text) => text.replace('"members":3', '"members":4')),
        /^a\.onnx: the weights hidden1\.weight are float32 \[3, 5, 6\], expected float32 \[4, 5, 6\]/,
      );
      const without = changed((model) => {
        const initializers = new Map(model.graph.initializers);
        initializers.delete('norm2.mean');
        return { graph: { ...model.graph, initializers } };
      });
      refused(without, /^a\.onnx: the weights norm2\.mean are missing/);
    });
    it('weights that are no numbers', () => {
      const broken = changed((model) => {
        const initializers = new Map(model.graph.initializers);
        initializers.set('output.bias', float32([3, 1, 5], new Float32Array(15).fill(NaN)));
        return { graph: { ...model.graph, initializers } };
      });
      refused(broken, /output\.bias hold values that are no numbers/);
    });
  });
});
