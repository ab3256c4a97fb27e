import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import type { ClassChange } from '../../dataset/classChanges.ts';
import { defaultColour, idAfter, withNewClass, type LabelClass } from '../../dataset/classes.ts';
import { updateProject, type Project } from '../../dataset/projectFile.ts';
import { idOfClass } from '../commandArguments.ts';
import { askChoice, askText } from '../commands/ask.ts';
import { requireProject } from '../commands/requireProject.ts';
import { COMMANDS } from '../ids.ts';
import { projectFileIsSaved } from '../project/projectFileIsSaved.ts';
import type { Disposable, SampleEntry, Services } from '../services.ts';
import { showingErrors } from '../showError.ts';
import { swatch } from '../views/swatch.ts';
import { askColour } from './askColour.ts';

type ClassCommand = (services: Services, argument?: unknown) => Promise<void>;

const bodies = {
  addClass,
  renameClass,
  recolourClass,
  mergeClass,
  deleteClass,
} satisfies Partial<Record<keyof typeof COMMANDS, ClassCommand>>;

/** The class manager. Every command takes a class's id or its item in a view; without it, the person picks one. */
export function registerClassCommands(services: Services): Disposable {
  const registered = Object.entries(bodies).map(([name, body]: [string, ClassCommand]) =>
    vscode.commands.registerCommand(
      COMMANDS[name as keyof typeof bodies],
      showingErrors(services.log, async (argument?: unknown) => {
        await body(services, argument);
        await services.projects.refreshed();
      }),
    ),
  );
  return vscode.Disposable.from(...registered);
}

async function addClass({ projects }: Services): Promise<void> {
  const project = await requireProject(projects);
  if (!(await projectFileIsSaved(project))) return;
  const title = vscode.l10n.t('Add Class');
  const { classes, nextClassId } = project.settings;
  const name = await askName(title, classes, '');
  if (name === undefined) return;
  const colour = await askColour(title, freeColour(classes, nextClassId), coloursOf(classes));
  if (colour === undefined) return;
  await updateProject(project.folder, (written) => {
    const list = { classes: written.classes, nextClassId: written.nextClassId ?? idAfter(written.classes) };
    const longer = withNewClass(list, name, colour);
    if (!longer)
      throw new UserError(vscode.l10n.t('All 255 ids of classes were given away; an id is never used again.'));
    const counted = written.nextClassId === undefined ? {} : { nextClassId: longer.nextClassId };
    return { ...written, classes: [...longer.classes], ...counted };
  });
}

async function renameClass(services: Services, argument?: unknown): Promise<void> {
  const title = vscode.l10n.t('Rename Class');
  const chosen = await chooseClass(services, title, argument);
  if (!chosen) return;
  const { project, labelClass } = chosen;
  const others = project.settings.classes.filter(({ id }) => id !== labelClass.id);
  const name = await askName(title, others, labelClass.name);
  if (name === undefined || name === labelClass.name) return;
  await change(services, project, { kind: 'rename', id: labelClass.id, name });
}

async function recolourClass(services: Services, argument?: unknown): Promise<void> {
  const title = vscode.l10n.t('Change Colour of Class');
  const chosen = await chooseClass(services, title, argument);
  if (!chosen) return;
  const { project, labelClass } = chosen;
  const others = project.settings.classes.filter(({ id }) => id !== labelClass.id);
  const colour = await askColour(`${title}: ${labelClass.name}`, labelClass.colour, coloursOf(others));
  if (colour === undefined || colour === labelClass.colour.toLowerCase()) return;
  await change(services, project, { kind: 'recolour', id: labelClass.id, colour });
}

async function mergeClass(services: Services, argument?: unknown): Promise<void> {
  const title = vscode.l10n.t('Merge Class into Another');
  const chosen = await chooseClass(services, title, argument);
  if (!chosen) return;
  const { project, labelClass } = chosen;
  const others = project.settings.classes.filter(({ id }) => id !== labelClass.id);
  if (others.length === 0)
    throw new UserError(vscode.l10n.t('There is no other class to merge "{0}" into.', labelClass.name));
  const into = await pickClass(title, others, vscode.l10n.t('Into which class does "{0}" go?', labelClass.name));
  if (!into) return;
  const sure = await confirm(
    vscode.l10n.t('Merge "{0}" into "{1}"?', labelClass.name, into.name),
    vscode.l10n.t(
      '{0} become "{1}"; the class "{2}" is gone then.',
      await useOf(services, labelClass.id),
      into.name,
      labelClass.name,
    ),
    vscode.l10n.t('Merge'),
  );
  if (sure) await change(services, project, { kind: 'merge', id: labelClass.id, into: into.id });
}

async function deleteClass(services: Services, argument?: unknown): Promise<void> {
  const chosen = await chooseClass(services, vscode.l10n.t('Delete Class'), argument);
  if (!chosen) return;
  const { project, labelClass } = chosen;
  const sure = await confirm(
    vscode.l10n.t('Delete the class "{0}"?', labelClass.name),
    vscode.l10n.t(
      '{0} are not labelled any more. Merging keeps them, as another class.',
      await useOf(services, labelClass.id),
    ),
    vscode.l10n.t('Delete'),
  );
  if (sure) await change(services, project, { kind: 'delete', id: labelClass.id });
}

/** The class that the argument names, or that the person picks. Undefined: the person would rather not. */
async function chooseClass(
  { projects }: Services,
  title: string,
  argument: unknown,
): Promise<{ readonly project: Project; readonly labelClass: LabelClass } | undefined> {
  const project = await requireProject(projects);
  if (!(await projectFileIsSaved(project))) return undefined;
  const { classes } = project.settings;
  const id = idOfClass(argument);
  const labelClass =
    id === undefined
      ? await pickClass(title, classes, vscode.l10n.t('Which class?'))
      : classes.find((candidate) => candidate.id === id);
  if (id !== undefined && !labelClass)
    throw new UserError(vscode.l10n.t('The project {0} has no class with the id {1}.', basename(project.folder), id));
  return labelClass && { project, labelClass };
}

async function pickClass(
  title: string,
  classes: readonly LabelClass[],
  placeHolder: string,
): Promise<LabelClass | undefined> {
  const choices = classes.map((value) => ({
    label: value.name,
    description: String(value.id),
    iconPath: swatch(value.colour),
    value,
  }));
  return askChoice(title, choices, placeHolder);
}

function askName(title: string, others: readonly LabelClass[], value: string): Promise<string | undefined> {
  return askText(title, vscode.l10n.t('Name of the class'), {
    value,
    problem: (name) => {
      if (name === '') return vscode.l10n.t('A class needs a name');
      return others.some((other) => other.name === name) ? vscode.l10n.t('Another class has this name') : undefined;
    },
  });
}

function coloursOf(classes: readonly LabelClass[]): ReadonlyMap<string, string> {
  return new Map(classes.map(({ colour, name }) => [colour.toLowerCase(), name]));
}

/** The palette's colour for the id, or the next that no class has. */
function freeColour(classes: readonly LabelClass[], id: number): string {
  const taken = coloursOf(classes);
  for (let i = id; i < id + 255; i++) if (!taken.has(defaultColour(i))) return defaultColour(i);
  return defaultColour(id);
}

/** "1,234 pixels in 3 samples", as the samples are saved. */
async function useOf({ samples }: Services, id: number): Promise<string> {
  const using = (await samples.refreshed()).filter(({ pixelsPerId }) => pixelsPerId[id]! > 0);
  return sentenceOfUse(using, id);
}

function sentenceOfUse(using: readonly SampleEntry[], id: number): string {
  const pixels = using.reduce((sum, { pixelsPerId }) => sum + pixelsPerId[id]!, 0).toLocaleString();
  return using.length === 1
    ? vscode.l10n.t('{0} pixels in one sample', pixels)
    : vscode.l10n.t('{0} pixels in {1} samples', pixels, using.length);
}

async function confirm(message: string, detail: string, action: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, action)) === action;
}

/** Files are changed on disk, but not under the hands of an editor with unsaved strokes: there it is an edit. */
async function change({ reader, openSamples }: Services, project: Project, classChange: ClassChange): Promise<void> {
  const { unsaved } = openSamples;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Changing the class…') },
    () => reader.ask('changeClass', project.folder, classChange, [...unsaved]),
  );
  openSamples.applyClassChange(unsaved, classChange);
}
