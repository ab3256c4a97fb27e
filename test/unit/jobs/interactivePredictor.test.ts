import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../src/base/userError.ts';
import { decodeLabelPng } from '../../../src/dataset/png.ts';
import { projectPaths, readProject } from '../../../src/dataset/projectFile.ts';
import { loadInterpreter } from '../../../src/interpreter/interpreterFile.ts';
import { InterpreterSession } from '../../../src/interpreter/interpreterSession.ts';
import { Labeller } from '../../../src/interpreter/labeller.ts';
import { imageScores, largestUncertainty } from '../../../src/interpreter/uncertainty.ts';
import { ImagePredictor } from '../../../src/jobs/interactive/imagePredictor.ts';
import { keptScores, forgetOtherInterpreters, predictionFiles } from '../../../src/jobs/interactive/predictionCache.ts';
import { predictAndKeep } from '../../../src/jobs/interactive/predictAndKeep.ts';
import { psiPerLayer } from '../../../src/stylegan/generator.ts';
import { latentZ } from '../../../src/stylegan/latents.ts';
import { avatarGenerator, copyAvatarProject, originOf, writeRandomInterpreter } from './interactiveProject.ts';
import { withFolder } from './testProject.ts';

const cpu = { provider: 'cpu', cpuFallback: 'allow' } as const;
const never = new AbortController().signal;

describe('predictions for single images', () => {
  it('are what a data set would hold for the same latent', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      await writeRandomInterpreter(project, 1);
      const path = projectPaths(await readProject(project)).interpreter;
      const interpreter = loadInterpreter(await readFile(path), path);
      const generator = await avatarGenerator();
      const labeller = await Labeller.create({ network: generator, ensemble: interpreter }, 1, cpu);
      const largest = largestUncertainty(3, interpreter.architecture.classes.length);
      const predictor = new ImagePredictor(cpu);
      for (const index of [0, 1]) {
        const z = latentZ(7, index, generator.architecture.zSize);
        const [wanted] = await labeller.label([z], psiPerLayer(generator.architecture, 0.8, 'all'));
        const origin = await originOf(index);
        const prediction = await predictor.predict({ project, origin, keep: false }, never);
        assert.deepEqual([prediction.width, prediction.height], [64, 64]);
        assert.equal(prediction.interpreter, interpreter.sha256);
        const different = prediction.labels.filter((id, i) => id !== wanted!.labels[i]).length;
        assert(different <= 0.001 * prediction.labels.length, `${different} labels differ`);
        prediction.uncertainty.forEach((value, i) =>
          assert(Math.abs(value - (255 * wanted!.uncertainty[i]!) / largest) <= 1),
        );
        const scores = imageScores(wanted!.uncertainty);
        assert(Math.abs(prediction.scores.sum / scores.sum - 1) < 1e-3);
        assert(Math.abs(prediction.scores.top10mean / scores.top10mean - 1) < 1e-3);

        const crop = { x: 5, y: 9, width: 20, height: 30 };
        const part = await predictor.predict({ project, origin, crop, keep: false }, never);
        assert.deepEqual([part.width, part.height, part.labels.length], [20, 30, 600]);
        assert.equal(part.labels[3 * 20 + 2], prediction.labels[(9 + 3) * 64 + 5 + 2]);
        assert.equal(part.uncertainty[599], prediction.uncertainty[(9 + 29) * 64 + 5 + 19]);
      }
      await labeller.release();
    }));

  it('come from new weights without a new session, and from another ensemble with one', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      const create = InterpreterSession.create.bind(InterpreterSession);
      let sessions = 0;
      InterpreterSession.create = (...of) => {
        sessions++;
        return create(...of);
      };
      try {
        const predictor = new ImagePredictor(cpu);
        const request = { project, origin: await originOf(0), keep: false };
        await writeRandomInterpreter(project, 1);
        const first = await predictor.predict(request, never);
        await writeRandomInterpreter(project, 2);
        const second = await predictor.predict(request, never);
        assert.notEqual(second.interpreter, first.interpreter);
        assert.notDeepEqual(second.labels, first.labels);
        assert.equal(sessions, 1);
        await writeRandomInterpreter(project, 1, 4);
        await predictor.predict(request, never);
        assert.equal(sessions, 2);
        await writeRandomInterpreter(project, 1);
        assert.deepEqual(await predictor.predict(request, never), first, 'the same question has the same answer');
      } finally {
        InterpreterSession.create = create;
      }
    }));

  it('are refused with a sentence where there can be none', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      const predictor = new ImagePredictor(cpu);
      const origin = await originOf(0);
      const refused = (more: object, what: RegExp) =>
        assert.rejects(predictor.predict({ project, origin, keep: false, ...more }, never), (error: Error) => {
          assert(error instanceof UserError, error.stack);
          assert.match(error.message, what);
          return true;
        });
      await refused({}, /has no trained interpreter yet/);
      await writeRandomInterpreter(project, 1);
      const other = { ...origin, generator: { name: 'cats', sha256: 'ab'.repeat(32) } };
      await refused({ origin: other }, /made by another generator \("cats"/);
      await refused({ origin: { ...origin, latent: { space: 'z', values: [1, 2] } } }, /z latent has 2 values/);
      await refused({ crop: { x: 60, y: 0, width: 5, height: 5 } }, /goes beyond the generator's image of 64×64/);
      await rm(join(project, 'generator.onnx'));
      await refused({}, /Could not read the project's generator/);
    }));

  it('are kept for the lists, until another interpreter is trained', () =>
    withFolder(async (project) => {
      await copyAvatarProject(project);
      await writeRandomInterpreter(project, 1);
      const predictor = new ImagePredictor(cpu);
      const origin = await originOf(3);
      const request = { project, origin, keep: true };
      const prediction = await predictAndKeep(predictor, request, never);
      const files = predictionFiles(project, prediction.interpreter, origin);
      assert.deepEqual(await keptScores(files), prediction.scores);
      assert.deepEqual(decodeLabelPng(await readFile(files.labels), 'labels').data, prediction.labels);
      assert.deepEqual(decodeLabelPng(await readFile(files.uncertainty), 'uncertainty').data, prediction.uncertainty);
      const reordered = {
        ...origin,
        latent: { index: 3, seed: 7, space: 'z' as const },
        note: 'unknown keys are no part of it',
      };
      assert.deepEqual(predictionFiles(project, prediction.interpreter, reordered), files);
      assert.equal(await keptScores(predictionFiles(project, 'ef'.repeat(32), origin)), undefined);
      await forgetOtherInterpreters(project, prediction.interpreter);
      assert.deepEqual(await keptScores(files), prediction.scores);
      await forgetOtherInterpreters(project, 'ef'.repeat(32));
      assert.equal(await keptScores(files), undefined);
    }));
});
