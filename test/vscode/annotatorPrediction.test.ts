import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { unpackBytes } from '../../src/dataset/annotation/packedLabels.ts';
import { encodeSample, readSample } from '../../src/dataset/dganFile.ts';
import type { PredictionState } from '../../src/messages/annotatorMessages.ts';
import { PredictionOfSample } from '../../src/vscode/annotator/predictionOfSample.ts';
import { SampleDocument } from '../../src/vscode/annotator/sampleDocument.ts';
import type { Prediction, Predictor, Services } from '../../src/vscode/services.ts';
import { extensionId } from '../harness/repository.ts';
import { expectLoggedError } from './expectLoggedError.ts';

const noQuestions = { keepOrReload: () => Promise.resolve('later' as const), overwrite: () => Promise.resolve(false) };

/** Answers when it is told to. */
class Oracle implements Predictor {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly onDidChangeChild = new vscode.EventEmitter<void>().event;
  readonly child = undefined;
  readonly asked: { readonly answer: (prediction: Prediction) => void; readonly token: vscode.CancellationToken }[] =
    [];

  predict(_project: unknown, _origin: unknown, token: vscode.CancellationToken): Promise<Prediction> {
    return new Promise((answer, refuse) => {
      this.asked.push({ answer, token });
      token.onCancellationRequested(() => refuse(new vscode.CancellationError()));
    });
  }
  retrained(): void {
    this.#changed.fire();
  }
  scores(): Promise<ReadonlyMap<string, never>> {
    return Promise.resolve(new Map<string, never>());
  }
  dispose(): void {
    this.#changed.dispose();
  }
}

const all = (id: number, side = 64): Prediction => ({
  width: side,
  height: side,
  labels: new Uint8Array(side * side).fill(id),
  uncertainty: new Uint8Array(side * side),
  scores: { sum: 0, top10mean: 0 },
  interpreter: String(id),
});

describe('the prediction of an open sample', () => {
  let services: Services;
  let folder: string;
  let document: SampleDocument;

  const open = (path: string): Promise<SampleDocument> =>
    SampleDocument.open(vscode.Uri.file(path), undefined, noQuestions);

  async function settled(prediction: PredictionOfSample): Promise<PredictionState> {
    for (let i = 0; i < 500; i++) {
      if (prediction.state.state !== 'computing' && prediction.state.state !== 'none') return prediction.state;
      await sleep(20);
    }
    throw new Error(`It is ${prediction.state.state} after ten seconds.`);
  }

  before(async () => {
    const extension = vscode.extensions.getExtension<Services>(extensionId);
    assert.ok(extension);
    services = await extension.activate();
    folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
  });
  beforeEach(async () => {
    document = await open(join(folder, 'samples/000.dgan'));
  });
  afterEach(() => document.dispose());

  const until = async (what: () => boolean): Promise<void> => {
    for (let i = 0; i < 500 && !what(); i++) await sleep(10);
    assert.ok(what());
  };

  it('is computed when it is wanted, and again when the interpreter is a new one', async () => {
    const predictor = new Oracle();
    const prediction = new PredictionOfSample(document, { ...services, predictor });
    const said: string[] = [];
    prediction.onDidChange(({ state }) => said.push(state));
    predictor.retrained();
    assert.equal(prediction.state.state, 'none');
    prediction.want('a view', true);
    await until(() => predictor.asked.length === 1);
    predictor.asked[0]!.answer(all(3));
    const first = await settled(prediction);
    assert.ok(first.state === 'ready');
    assert.deepEqual(unpackBytes(first.prediction.labels, 64 * 64), all(3).labels);
    predictor.retrained();
    await until(() => predictor.asked.length === 2);
    // A newer one makes the running one superfluous.
    predictor.retrained();
    await until(() => predictor.asked.length === 3);
    assert.equal(predictor.asked[1]!.token.isCancellationRequested, true);
    predictor.asked[2]!.answer(all(4));
    await until(() => prediction.state.state === 'ready');
    assert.deepEqual(said, ['computing', 'ready', 'computing', 'computing', 'ready']);
    prediction.want('a view', false);
    predictor.retrained();
    await sleep(50);
    assert.equal(predictor.asked.length, 3);
    prediction.dispose();
  });

  it('is given up when nobody looks any more, and computed for the next who does', async () => {
    const predictor = new Oracle();
    const prediction = new PredictionOfSample(document, { ...services, predictor });
    prediction.want('a view', true);
    await until(() => predictor.asked.length === 1);
    prediction.want('a view', false);
    await until(() => prediction.state.state === 'none');
    prediction.want('another', true);
    await until(() => predictor.asked.length === 2);
    predictor.asked[1]!.answer(all(1));
    assert.equal((await settled(prediction)).state, 'ready');
    prediction.dispose();
  });

  it('says why there is none: of another size, of a photo, outside of a project', async () => {
    const predictor = new Oracle();
    let prediction = new PredictionOfSample(document, { ...services, predictor });
    prediction.want('a view', true);
    await until(() => predictor.asked.length === 1);
    predictor.asked[0]!.answer(all(1, 32));
    assert.match(JSON.stringify(await settled(prediction)), /images of 32×32 pixels.*64×64/);
    prediction.dispose();

    const sample = await readSample(document.uri.fsPath);
    const photo = join(folder, 'photo.dgan');
    writeFileSync(photo, encodeSample({ ...sample, manifest: { ...sample.manifest, origin: { kind: 'photo' } } }));
    prediction = new PredictionOfSample(await open(photo), { ...services, predictor });
    prediction.want('a view', true);
    assert.match(JSON.stringify(await settled(prediction)), /This is a photo/);
    prediction.dispose();

    const stray = join(folder, '..', 'stray.dgan');
    writeFileSync(stray, encodeSample(sample));
    prediction = new PredictionOfSample(await open(stray), { ...services, predictor });
    prediction.want('a view', true);
    assert.match(JSON.stringify(await settled(prediction)), /in no project/);
    prediction.dispose();
  });

  it('says what is off when the generator is missing; painting is not', async () => {
    // This file has a UserError of its own, so what is logged here as a defect is a sentence in the extension.
    expectLoggedError(/UserError: Could not read the project's generator/);
    const generator = join(folder, 'generator.onnx');
    renameSync(generator, `${generator}.gone`);
    try {
      const prediction = new PredictionOfSample(document, services);
      prediction.want('a view', true);
      const state = await settled(prediction);
      assert.ok(state.state === 'unavailable', state.state);
      assert.match(state.reason, /\.$/);
      assert.equal(document.canEdit, true);
      prediction.dispose();
    } finally {
      renameSync(`${generator}.gone`, generator);
    }
  });
});
