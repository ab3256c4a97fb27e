import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { canonicalJson } from '../../base/canonicalJson.ts';
import { encodeLabelPng } from '../../dataset/png.ts';
import type { GeneratedOrigin } from '../../dataset/synthesisInput.ts';
import type { ImageScores } from '../../interpreter/uncertainty.ts';
import { STATE_FOLDER, stateFolder } from '../stateFolder.ts';
import type { InterpreterPrediction } from './interactiveProtocol.ts';

/** What is kept of a prediction, each a file of its own. */
export interface PredictionFiles {
  /** JSON with both image scores. Written last: where it is, the others are. */
  readonly scores: string;
  /** 8-bit grey PNG of class ids. */
  readonly labels: string;
  /** 8-bit grey PNG, 255 · JS / ln(min(members, classes)). */
  readonly uncertainty: string;
}

const scoresSchema = z.object({ version: z.literal(1), sum: z.number(), top10mean: z.number() });

/**
 * Where an interpreter's prediction for an image is kept. The folder is a cache: all of it may be deleted at any time.
 * @param interpreter SHA-256 of its file
 */
export function predictionFiles(project: string, interpreter: string, origin: GeneratedOrigin): PredictionFiles {
  const { generator, latent, truncation, noise } = origin;
  const text = canonicalJson({ generator: generator.sha256, latent, truncation, noise });
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const at = join(project, STATE_FOLDER, 'predictions', folderOf(interpreter), name);
  return { scores: `${at}.json`, labels: `${at}-labels.png`, uncertainty: `${at}-uncertainty.png` };
}

export async function keepPrediction(
  project: string,
  origin: GeneratedOrigin,
  { width, height, labels, uncertainty, scores, interpreter }: InterpreterPrediction,
): Promise<void> {
  await stateFolder(project, join('predictions', folderOf(interpreter)));
  const files = predictionFiles(project, interpreter, origin);
  await writeFileWhole(files.labels, encodeLabelPng({ width, height, data: labels }));
  await writeFileWhole(files.uncertainty, encodeLabelPng({ width, height, data: uncertainty }));
  await writeFileWhole(files.scores, JSON.stringify({ version: 1, ...scores } satisfies z.input<typeof scoresSchema>));
}

/** The kept scores; undefined when there are none that can be read. */
export async function keptScores({ scores }: PredictionFiles): Promise<ImageScores | undefined> {
  try {
    const { sum, top10mean } = scoresSchema.parse(JSON.parse(await readFile(scores, 'utf8')));
    return { sum, top10mean };
  } catch {
    return undefined;
  }
}

/** Removes what other interpreters said. */
export async function forgetOtherInterpreters(project: string, interpreter: string): Promise<void> {
  const folder = join(project, STATE_FOLDER, 'predictions');
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name !== folderOf(interpreter)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function folderOf(interpreter: string): string {
  return interpreter.slice(0, 16);
}
