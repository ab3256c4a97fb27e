import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { messageOf, UserError } from '../../base/userError.ts';
import { readSettings } from '../../dataset/dataSetFolder.ts';
import { picturePath } from '../../dataset/dataSetLayout.ts';
import type { DataSetSettings } from '../../dataset/dataSetSettings.ts';
import { readSample, writeSample } from '../../dataset/dganFile.ts';
import { decodeRgbPng } from '../../dataset/png.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import { isSameImage, originOfImage, sampleNameOfImage, sampleOfImage } from '../../dataset/sampleOfImage.ts';
import { ANNOTATOR_VIEW_TYPE } from '../ids.ts';
import type { Services } from '../services.ts';

/** An image of a data set, as the gallery and the Uncertainty view name it to the command. */
export const imageArgumentSchema = z.object({ folder: z.string().min(1), id: z.int().min(0) });
export type ImageArgument = z.infer<typeof imageArgumentSchema>;

/**
 * Opens the sample of a generated image, and makes it when there is none. A file that is there is never written.
 * @throws UserError for a data set outside of a project, one of another generator, or an unreadable picture.
 */
export async function annotateImage(
  { projects, samples }: Pick<Services, 'projects' | 'samples'>,
  { folder, id }: ImageArgument,
): Promise<void> {
  const [project, settings] = await Promise.all([projects.projectOf(vscode.Uri.file(folder)), readSettings(folder)]);
  if (!settings) throw new UserError(vscode.l10n.t('{0} is no data set (any more): it has no dataset.json.', folder));
  if (!project)
    throw new UserError(
      vscode.l10n.t('{0} is in no project, so there is no folder for a sample: move it into a project.', folder),
    );
  const origin = originOfImage(settings, id);
  const known = samples.entries.find((entry) => isSameImage(entry.origin, origin));
  const path = known?.path ?? (await sampleFile(project, settings, id, folder));
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), ANNOTATOR_VIEW_TYPE);
}

/** The image's sample on disk: found or made. */
async function sampleFile(project: Project, settings: DataSetSettings, id: number, folder: string): Promise<string> {
  const origin = originOfImage(settings, id);
  const { samples } = projectPaths(project);
  for (let attempt = 1; ; attempt++) {
    const path = join(samples, `${sampleNameOfImage(settings, id, attempt)}.dgan`);
    if (!(await exists(path))) {
      checkGenerator(project, settings);
      const picture = picturePath(folder, 'images', id);
      const bytes = await readFile(picture).catch((error: unknown) => {
        throw new UserError(vscode.l10n.t('Could not read {0}: {1}.', picture, messageOf(error)), { cause: error });
      });
      await writeSample(path, sampleOfImage(settings, id, decodeRgbPng(bytes, picture), project.settings.classes));
      return path;
    }
    // Of another data set with the same seed, or something that can't be read: it stays as it is.
    const sample = await readSample(path).catch(() => undefined);
    if (sample !== undefined && isSameImage(sample.manifest.origin, origin)) return path;
  }
}

/** A sample of another generator would be refused by the next training. */
function checkGenerator({ settings: { generator } }: Project, settings: DataSetSettings): void {
  if (generator.sha256 === undefined || generator.sha256 === settings.generator.sha256) return;
  throw new UserError(
    vscode.l10n.t(
      'The data set was made by another generator ("{0}") than the project\'s: its images can\'t be annotated here.',
      settings.generator.name,
    ),
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
