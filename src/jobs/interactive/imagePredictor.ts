import { stat } from 'node:fs/promises';
import { canonicalJson } from '../../base/canonicalJson.ts';
import { messageOf, UserError } from '../../base/userError.ts';
import { projectPaths, readProject, type Project } from '../../dataset/projectFile.ts';
import { synthesisInput, type GeneratedOrigin } from '../../dataset/synthesisInput.ts';
import type { SessionOptions } from '../../engine/session.ts';
import { sizeOf, type TensorOf } from '../../engine/tensor.ts';
import type { FeatureMaps } from '../../interpreter/gather.ts';
import type { StoredInterpreter } from '../../interpreter/interpreterFile.ts';
import {
  foldedFor,
  InterpreterSession,
  interpreterForm,
  type InterpreterForm,
} from '../../interpreter/interpreterSession.ts';
import { cropText, type LabelFrame } from '../../interpreter/labelFrame.ts';
import { imageScores, largestUncertainty } from '../../interpreter/uncertainty.ts';
import type { StoredGenerator } from '../../stylegan/generator.ts';
import { Synthesizer } from '../../stylegan/synthesizer.ts';
import { projectFrame } from '../run/projectFrame.ts';
import { projectGenerator } from '../run/projectGenerator.ts';
import { projectInterpreter } from '../run/projectInterpreter.ts';
import { ByteCache } from './byteCache.ts';
import { Current } from './current.ts';
import type { Crop, InterpreterPrediction, PredictionRequest } from './interactiveProtocol.ts';

/** Feature maps of the last images in half precision: 0.6 MB an avatar, 131 MB at 512². */
const FEATURE_BYTES = 400e6;

interface ReadyInterpreter {
  readonly stored: StoredInterpreter;
  readonly form: InterpreterForm;
  readonly folded: ReadonlyMap<string, TensorOf<'float32'>>;
}

/**
 * Asks a project's interpreter about single images. What stays the same from one question to the next stays in memory:
 * the generator and its session, the features of the last images, the interpreter's session, which takes the weights as
 * inputs and so outlives a training.
 */
export class ImagePredictor {
  readonly #options: SessionOptions;
  readonly #generator = new Current<StoredGenerator>();
  readonly #synthesizer = new Current<Synthesizer>((synthesizer) => synthesizer.release());
  readonly #interpreter = new Current<ReadyInterpreter>();
  readonly #session = new Current<InterpreterSession>((session) => session.release());
  readonly #features = new ByteCache<FeatureMaps>(FEATURE_BYTES);

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * @param signal aborted when nobody waits any more; what was computed so far is kept
   * @throws UserError when the image can't be asked about: no interpreter yet, another generator.
   */
  async predict(
    { project: folder, origin, crop }: PredictionRequest,
    signal: AbortSignal,
  ): Promise<InterpreterPrediction> {
    const project = await readProject(folder);
    const generator = await this.#generatorOf(project);
    checkOrigin(origin, generator);
    const frame = projectFrame(project, generator);
    const part = crop && partOfFrame(crop, frame);
    const interpreter = await this.#interpreterOf(project, generator, frame);
    signal.throwIfAborted();
    const features = await this.#featuresOf(origin, generator, interpreter);
    signal.throwIfAborted();
    const session = await this.#sessionFor(interpreter.form);
    const whole = await session.run(features, interpreter.folded);

    const all = { ...whole, width: frame.width, height: frame.height };
    const { width, height, labels, uncertainty } = part ? cut(all, part) : all;
    const { members, classes } = interpreter.form.sizes;
    return {
      width,
      height,
      labels,
      uncertainty: uncertaintyToBytes(uncertainty, largestUncertainty(members, classes)),
      scores: imageScores(uncertainty),
      interpreter: interpreter.stored.sha256,
    };
  }

  async #generatorOf(project: Project): Promise<StoredGenerator> {
    const { generator: path } = projectPaths(project);
    const key = `${await fileState(path)} ${project.settings.generator.sha256 ?? ''}`;
    return this.#generator.get(key, () => projectGenerator(project));
  }

  async #interpreterOf(project: Project, generator: StoredGenerator, frame: LabelFrame): Promise<ReadyInterpreter> {
    const classes = project.settings.classes.map(({ id }) => id).join();
    const key = `${await fileState(projectPaths(project).interpreter)} ${generator.sha256} ${classes} ${canonicalJson(frame)}`;
    return this.#interpreter.get(key, async () => {
      const stored = await projectInterpreter(project, generator);
      const form = interpreterForm(stored.architecture, stored.weights, frame);
      return { stored, form, folded: foldedFor(form, stored.weights) };
    });
  }

  async #featuresOf(
    origin: GeneratedOrigin,
    generator: StoredGenerator,
    { form }: ReadyInterpreter,
  ): Promise<FeatureMaps> {
    const { latent, truncation, noise } = origin;
    const names = form.featureShapes.map(({ name }) => name);
    const key = canonicalJson([generator.sha256, latent, truncation, noise, names]);
    const known = this.#features.get(key);
    if (known) return known;
    const synthesizer = await this.#synthesizer.get(`${generator.sha256} ${names.join()}`, () =>
      Promise.resolve(new Synthesizer(generator, names, this.#options)),
    );
    const { features } = await synthesizer.render(synthesisInput(origin, generator.architecture, 'The sample'));
    this.#features.set(key, features, sizeInBytes(features));
    return features;
  }

  #sessionFor(form: InterpreterForm): Promise<InterpreterSession> {
    return this.#session.get(canonicalJson(form), () => InterpreterSession.create(form, this.#options));
  }
}

/** Changes when the file does; a missing one is a state as well. */
async function fileState(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${path} ${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return `${path} ${messageOf(error)}`;
  }
}

function checkOrigin({ generator: { name, sha256 } }: GeneratedOrigin, generator: StoredGenerator): void {
  if (sha256 !== generator.sha256)
    throw new UserError(
      `The sample was made by another generator ("${name}", SHA-256 ${sha256.slice(0, 12)}…; the project's is ` +
        `${generator.sha256.slice(0, 12)}…), so the project's interpreter can say nothing of it.`,
    );
}

/** A crop of the generator's image as a part of the frame, in labels. */
function partOfFrame(crop: Crop, { resolution, crop: whole, scale, width, height }: LabelFrame): Crop {
  if (crop.x + crop.width > resolution || crop.y + crop.height > resolution)
    throw new UserError(
      `The sample's crop (${cropText(crop)}) goes beyond the generator's image of ${resolution}×${resolution}.`,
    );
  const part = {
    x: (crop.x - whole.x) / scale,
    y: (crop.y - whole.y) / scale,
    width: crop.width / scale,
    height: crop.height / scale,
  };
  const inside = part.x >= 0 && part.y >= 0 && part.x + part.width <= width && part.y + part.height <= height;
  if (!inside || !Object.values(part).every(Number.isInteger))
    throw new UserError(
      `The sample's crop (${cropText(crop)}) is no part of what the project labels (${cropText(whole)}, at ${width}×${height}).`,
    );
  return part;
}

interface Maps {
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array;
  readonly uncertainty: Float32Array;
}

function cut({ width: from, labels, uncertainty }: Maps, { x, y, width, height }: Crop): Maps {
  const part = { width, height, labels: new Uint8Array(width * height), uncertainty: new Float32Array(width * height) };
  for (let row = 0; row < height; row++) {
    const start = (y + row) * from + x;
    part.labels.set(labels.subarray(start, start + width), row * width);
    part.uncertainty.set(uncertainty.subarray(start, start + width), row * width);
  }
  return part;
}

/** @param largest ln(min(members, classes)); 0 where nothing is ever uncertain */
function uncertaintyToBytes(uncertainty: Float32Array, largest: number): Uint8Array {
  if (largest === 0) return new Uint8Array(uncertainty.length);
  return Uint8Array.from(uncertainty, (value) => Math.round(255 * Math.min(1, Math.max(0, value / largest))));
}

function sizeInBytes(maps: FeatureMaps): number {
  return [...maps.values()].reduce((sum, { shape }) => sum + 2 * sizeOf(shape), 0);
}
