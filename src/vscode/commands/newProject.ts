import { copyFile, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { PROJECT_FILE } from '../../dataset/projectFile.ts';
import { COMMANDS } from '../ids.ts';
import type { NextAction, Services } from '../services.ts';
import { askChoice, askFile, askFolder, askText, type Choice } from './ask.ts';
import { classNamesOf, repeatedName } from './classNames.ts';
import { askCheckpoint, importInto } from './importGenerator.ts';
import { openProjectFolder } from './openProjectFolder.ts';
import { sampleProjectOf } from './openSampleProject.ts';

type GeneratorChoice = 'bundled' | 'checkpoint' | 'onnx' | 'later';

/** Makes a folder with datasetgan.json, with a generator and classes. */
export async function newProject(services: Services): Promise<void> {
  const { projects, jobs, context } = services;
  const title = vscode.l10n.t('New Project');
  const folder = await askProjectFolder(title);
  if (folder === undefined) return;
  if (existsSync(join(folder, PROJECT_FILE))) throw new UserError(vscode.l10n.t('{0} is a project already.', folder));

  const choice = await askChoice<GeneratorChoice>(
    title,
    generatorChoices(),
    vscode.l10n.t('Where do the images come from?'),
  );
  if (choice === undefined) return;
  const checkpoint = choice === 'checkpoint' ? await askCheckpoint(title) : undefined;
  if (choice === 'checkpoint' && checkpoint === undefined) return;
  const onnx =
    choice === 'onnx'
      ? await askFile(title, vscode.l10n.t('Use'), { [vscode.l10n.t('Generator')]: ['onnx'] })
      : undefined;
  if (choice === 'onnx' && onnx === undefined) return;

  const classes = await askClasses(title);
  if (classes === undefined) return;

  const generator = choice === 'bundled' ? await copyBundled(context, folder) : onnx;
  const made = await jobs.perform(
    { job: 'init', options: { folder, classes: classes.join(','), ...(generator !== undefined && { generator }) } },
    undefined,
    () => (generator === undefined ? [] : [drawSamples()]),
  );
  if (made === undefined) return;
  // Before it is opened: in an empty window that starts the extension anew.
  if (checkpoint !== undefined) await importInto(services, checkpoint, folder);
  await projects.choose(folder);
  await openProjectFolder(folder, vscode.l10n.t('The project {0} is made.', folder));
}

function drawSamples(): NextAction {
  return {
    title: vscode.l10n.t('Generate Samples'),
    run: () => vscode.commands.executeCommand(COMMANDS.generateSamples),
  };
}

function generatorChoices(): readonly Choice<GeneratorChoice>[] {
  return [
    {
      label: vscode.l10n.t('$(smiley) The Bundled Avatars'),
      detail: vscode.l10n.t('StyleGAN 1, 64×64: small and quick, to try everything with.'),
      value: 'bundled',
    },
    {
      label: vscode.l10n.t('$(cloud-download) A StyleGAN Checkpoint…'),
      detail: vscode.l10n.t(
        'A file of other people (.pt, .pkl, or an ONNX model with feature outputs); it is turned into a generator.',
      ),
      value: 'checkpoint',
    },
    {
      label: vscode.l10n.t('$(file-binary) A Generator (.onnx)…'),
      detail: vscode.l10n.t('One that was imported before. It stays where it is.'),
      value: 'onnx',
    },
    {
      label: vscode.l10n.t('$(clock) Later'),
      detail: vscode.l10n.t('"DatasetGAN: Import Generator" adds it.'),
      value: 'later',
    },
  ];
}

async function askProjectFolder(title: string): Promise<string | undefined> {
  const free = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === 'file' && !existsSync(join(uri.fsPath, PROJECT_FILE)),
  );
  const make = vscode.l10n.t('Make Project Here');
  if (free.length === 0) return askFolder(title, make);
  const other: Choice<string | null> = { label: vscode.l10n.t('$(folder-opened) Another Folder…'), value: null };
  const here = free.map(({ name, uri }) => ({
    label: `$(folder) ${name}`,
    description: uri.fsPath,
    value: uri.fsPath,
  }));
  const chosen = await askChoice<string | null>(title, [...here, other], vscode.l10n.t('In which folder?'));
  return chosen === null ? askFolder(title, make) : chosen;
}

async function askClasses(title: string): Promise<readonly string[] | undefined> {
  const given = await askText(
    title,
    vscode.l10n.t('Names of the classes, with commas between them. More can follow later.'),
    {
      value: 'background',
      placeHolder: 'background, skin, hair',
      problem: (text) => {
        const names = classNamesOf(text);
        const twice = repeatedName(names);
        if (twice !== undefined) return vscode.l10n.t('"{0}" stands there twice', twice);
        if (names.length > 255) return vscode.l10n.t('At most 255 classes');
        return names.length === 0 ? vscode.l10n.t('At least one name') : undefined;
      },
    },
  );
  return given === undefined ? undefined : classNamesOf(given);
}

/** @returns where the copy is */
async function copyBundled(context: vscode.ExtensionContext, folder: string): Promise<string> {
  const path = join(folder, 'generator.onnx');
  try {
    await mkdir(folder, { recursive: true });
    if (!existsSync(path)) await copyFile(join(sampleProjectOf(context), 'generator.onnx'), path);
  } catch (error) {
    throw new UserError(vscode.l10n.t('Could not write {0}: {1}.', path, messageOf(error)), { cause: error });
  }
  return path;
}
