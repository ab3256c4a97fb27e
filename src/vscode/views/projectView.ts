import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { projectPaths } from '../../dataset/projectFile.ts';
import { countText, shareText } from '../../dataset/report/numbers.ts';
import { TREE_ITEMS, VIEWS } from '../ids.ts';
import type { ModelFacts } from '../project/modelFacts.ts';
import type { ProjectFiles } from '../project/projectFiles.ts';
import type { SampleEntry, Services } from '../services.ts';
import type { ThumbnailCache } from '../thumbnails/thumbnailCache.ts';
import { labelChanges, type LabelChanges } from './labelChanges.ts';
import {
  isStale,
  projectChildren,
  projectNodeId,
  projectRoots,
  type GeneratorState,
  type InterpreterDetail,
  type InterpreterState,
  type ProjectNode,
  type SampleStage,
} from './projectTree.ts';
import { swatch } from './swatch.ts';
import { labelledText, parts, plainHover, samplesText, timeText } from './texts.ts';
import { TreeHost } from './treeHost.ts';

export interface ViewParts {
  readonly services: Services;
  readonly files: ProjectFiles;
  readonly models: ModelFacts;
  readonly thumbnails: ThumbnailCache;
}

const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const ICON_SIDE = 32;

/** The Project view: generator, classes, samples, interpreter. */
export function createProjectView({ services, files, models, thumbnails }: ViewParts): vscode.Disposable {
  const { projects, samples, log } = services;
  const host: TreeHost<ProjectNode> = new TreeHost<ProjectNode>(
    VIEWS.project,
    {
      roots: async () => {
        const { active } = projects;
        if (active === undefined) {
          delete host.view.description;
          return [];
        }
        host.view.description = basename(active.folder);
        const paths = projectPaths(active);
        const { classes } = active.settings;
        const [generator, interpreter] = await Promise.all([
          generatorState(models, paths.generator),
          interpreterState(models, paths.interpreter, (described, trained) =>
            labelChanges(described, trained, samples.entries, classes),
          ),
        ]);
        return projectRoots({
          generator,
          interpreter,
          classes,
          samples: samples.entries,
          unreadable: samples.unreadable,
        });
      },
      children: projectChildren,
      item: (node) => {
        const item = itemOf(node);
        item.id = projectNodeId(node);
        if (node.kind === 'sample') {
          const classes = projects.active?.settings.classes ?? [];
          const { path, modified } = node.entry;
          const picture = thumbnails.get(
            ['overlay', ICON_SIDE, path, modified, classes],
            () => ({ of: { kind: 'sample', path, classes }, form: 'overlay', side: ICON_SIDE }),
            () => host.redraw(node),
          );
          if (picture) item.iconPath = picture;
        }
        return item;
      },
    },
    log,
  );
  const refresh = (): void => host.refresh();
  return vscode.Disposable.from(
    host,
    projects.onDidChange(refresh),
    samples.onDidChange(refresh),
    files.onDidChange((what) => what === 'models' && host.refresh()),
  );
}

async function generatorState(models: ModelFacts, path: string): Promise<GeneratorState> {
  try {
    const facts = await models.generator(path);
    return facts ? { state: 'there', path, ...facts } : { state: 'missing', path };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: 'wrong', path, problem: error.message };
  }
}

async function interpreterState(
  models: ModelFacts,
  path: string,
  changesOf: (described: Parameters<typeof labelChanges>[0], trained: number) => LabelChanges,
): Promise<InterpreterState> {
  try {
    const found = await models.interpreter(path);
    if (!found) return { state: 'none' };
    const { architecture, facts } = found.described;
    return {
      state: 'trained',
      path,
      trained: found.modified,
      members: architecture.members,
      samples: facts.samples,
      pixels: facts.pixels,
      heldOutAccuracy: facts.heldOutAccuracy,
      provider: facts.provider,
      changes: changesOf(found.described, found.modified),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: 'wrong', path, problem: messageOf(error) };
  }
}

function itemOf(node: ProjectNode): vscode.TreeItem {
  switch (node.kind) {
    case 'generator':
      return generatorItem(node.generator);
    case 'classes': {
      const item = new vscode.TreeItem(vscode.l10n.t('Classes'), Expanded);
      item.description = String(node.nodes.length);
      item.contextValue = TREE_ITEMS.classes;
      item.iconPath = new vscode.ThemeIcon('symbol-color');
      return item;
    }
    case 'class':
      return classItem(node);
    case 'samples': {
      // Also while it is empty: VS Code remembers what it showed first, and it shall stand open when samples come.
      const item = new vscode.TreeItem(vscode.l10n.t('Samples'), Expanded);
      item.description =
        node.total === 0 ? vscode.l10n.t('none yet') : vscode.l10n.t('{0} of {1} reviewed', node.reviewed, node.total);
      item.contextValue = TREE_ITEMS.samples;
      item.iconPath = new vscode.ThemeIcon('files');
      return item;
    }
    case 'stage': {
      // What there is to do stands open.
      const isOpen = node.stage === 'labelled' || node.stage === 'unlabelled' || node.entries.length <= 50;
      const item = new vscode.TreeItem(
        stageTitle(node.stage),
        isOpen && node.stage !== 'discarded' ? Expanded : Collapsed,
      );
      item.description = countText(node.entries.length);
      item.iconPath = new vscode.ThemeIcon(stageIcons[node.stage]);
      return item;
    }
    case 'page':
      return new vscode.TreeItem(
        `${node.entries[node.range.start]!.name} – ${node.entries[node.range.end - 1]!.name}`,
        Collapsed,
      );
    case 'sample':
      return sampleItem(node.entry, node.stage);
    case 'unreadable': {
      const item = new vscode.TreeItem(vscode.l10n.t('Unreadable'), Expanded);
      item.description = countText(node.total);
      item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
      return item;
    }
    case 'unreadableSample': {
      const item = new vscode.TreeItem(basename(node.path));
      item.description = node.problem.replace(node.path, '').replace(/^[:\s]+/, '');
      item.tooltip = plainHover(node.problem);
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
      item.accessibilityInformation = { label: node.problem };
      return item;
    }
    case 'interpreter':
      return interpreterItem(node.interpreter);
    case 'detail': {
      const item = new vscode.TreeItem(detailTitle(node.detail.what));
      item.description = detailText(node.detail);
      return item;
    }
  }
}

function generatorItem(generator: GeneratorState): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Generator'));
  switch (generator.state) {
    case 'there': {
      const { name, family, resolution, attribution, path } = generator;
      item.description = parts(name, familyName(family), `${resolution} × ${resolution}`);
      item.contextValue = TREE_ITEMS.generator;
      item.iconPath = new vscode.ThemeIcon('circuit-board');
      item.tooltip = plainHover(
        name,
        `${familyName(family)}, ${resolution} × ${resolution}`,
        attribution ?? vscode.l10n.t('Nothing is recorded about whose work it is.'),
        path,
      );
      break;
    }
    case 'missing':
      item.description = vscode.l10n.t('missing: {0}', basename(generator.path));
      item.tooltip = plainHover(
        vscode.l10n.t(
          'There is no file {0}. Import a StyleGAN checkpoint, or put the generator there; painting works without it.',
          generator.path,
        ),
      );
      item.contextValue = TREE_ITEMS.generatorMissing;
      item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
      break;
    case 'wrong':
      item.description = vscode.l10n.t('can’t be read');
      item.tooltip = plainHover(generator.problem);
      item.contextValue = TREE_ITEMS.generatorMissing;
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
      break;
  }
  return item;
}

function familyName(family: string): string {
  return family === 'onnx' ? vscode.l10n.t('ONNX model') : family.replace(/^stylegan(\d)/, 'StyleGAN $1');
}

function classItem({ labelClass, share, samples }: Extract<ProjectNode, { kind: 'class' }>): vscode.TreeItem {
  const { id, name, colour } = labelClass;
  const item = new vscode.TreeItem(name);
  if (share !== undefined) item.description = share === 0 ? vscode.l10n.t('not painted yet') : shareText(share);
  item.iconPath = swatch(colour);
  item.contextValue = TREE_ITEMS.class;
  item.tooltip = plainHover(
    name,
    vscode.l10n.t('Id {0}, colour {1}', id, colour),
    share !== undefined && vscode.l10n.t('{0} of the labelled pixels, in {1}', shareText(share), samplesText(samples)),
  );
  item.accessibilityInformation = {
    label: parts(vscode.l10n.t('Class {0}', name), share === undefined ? undefined : shareText(share)),
  };
  return item;
}

const stageIcons: Readonly<Record<SampleStage, string>> = {
  unlabelled: 'circle-large-outline',
  labelled: 'edit',
  reviewed: 'pass',
  discarded: 'circle-slash',
};

function stageTitle(stage: SampleStage): string {
  switch (stage) {
    case 'unlabelled':
      return vscode.l10n.t('Not labelled');
    case 'labelled':
      return vscode.l10n.t('Labelled');
    case 'reviewed':
      return vscode.l10n.t('Reviewed');
    case 'discarded':
      return vscode.l10n.t('Discarded');
  }
}

function sampleItem(
  { path, name, status, labelled, origin, modified }: SampleEntry,
  stage: SampleStage,
): vscode.TreeItem {
  const item = new vscode.TreeItem(name);
  const isPhoto = origin.kind === 'photo';
  item.description = parts(labelledText(labelled), isPhoto && vscode.l10n.t('photo'));
  item.iconPath = new vscode.ThemeIcon('file-media');
  item.contextValue = {
    open: TREE_ITEMS.sampleOpen,
    reviewed: TREE_ITEMS.sampleReviewed,
    discarded: TREE_ITEMS.sampleDiscarded,
  }[status];
  item.command = openCommand(path);
  item.tooltip = plainHover(
    path,
    parts(stageTitle(stage), labelledText(labelled)),
    isPhoto && vscode.l10n.t('A photo: it has no latent, so no interpreter learns from it.'),
    vscode.l10n.t('Changed {0}', timeText(modified)),
  );
  item.accessibilityInformation = {
    label: vscode.l10n.t('Sample {0}, {1}, {2}', name, stageTitle(stage), labelledText(labelled)),
  };
  return item;
}

/** Opens a sample, as a preview like any file of the explorer. */
export function openCommand(path: string): vscode.Command {
  return { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [vscode.Uri.file(path)] };
}

function interpreterItem(interpreter: InterpreterState): vscode.TreeItem {
  switch (interpreter.state) {
    case 'none': {
      const item = new vscode.TreeItem(vscode.l10n.t('Interpreter'));
      item.description = vscode.l10n.t('not trained yet');
      item.contextValue = TREE_ITEMS.interpreterMissing;
      item.iconPath = new vscode.ThemeIcon('mortar-board');
      return item;
    }
    case 'wrong': {
      const item = new vscode.TreeItem(vscode.l10n.t('Interpreter'));
      item.description = vscode.l10n.t('can’t be read');
      item.tooltip = plainHover(interpreter.problem);
      item.contextValue = TREE_ITEMS.interpreterMissing;
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
      return item;
    }
    case 'trained': {
      const item = new vscode.TreeItem(vscode.l10n.t('Interpreter'), Collapsed);
      const { heldOutAccuracy, samples, changes, trained } = interpreter;
      item.description = isStale(changes) ? staleText(changes) : shareText(heldOutAccuracy);
      item.contextValue = TREE_ITEMS.interpreter;
      item.iconPath = isStale(changes)
        ? new vscode.ThemeIcon('history', new vscode.ThemeColor('list.warningForeground'))
        : new vscode.ThemeIcon('mortar-board');
      item.tooltip = plainHover(
        isStale(changes) && staleText(changes),
        vscode.l10n.t('Trained {0} on {1}', timeText(trained), samplesText(samples)),
        vscode.l10n.t('{0} of the held-out pixels labelled right', shareText(heldOutAccuracy)),
      );
      return item;
    }
  }
}

function staleText({ samples, classes }: LabelChanges): string {
  if (samples === 0) return vscode.l10n.t('stale: classes changed since');
  if (classes) return vscode.l10n.t('stale: classes and {0} changed since', samplesText(samples));
  return vscode.l10n.t('stale: {0} changed since', samplesText(samples));
}

function detailTitle(what: InterpreterDetail['what']): string {
  switch (what) {
    case 'trained':
      return vscode.l10n.t('Trained');
    case 'samples':
      return vscode.l10n.t('Learned from');
    case 'accuracy':
      return vscode.l10n.t('Held-out accuracy');
    case 'provider':
      return vscode.l10n.t('Computed on');
  }
}

function detailText(detail: InterpreterDetail): string {
  switch (detail.what) {
    case 'trained':
      return timeText(detail.time);
    case 'samples':
      return parts(samplesText(detail.samples), vscode.l10n.t('{0} pixels', countText(detail.pixels)));
    case 'accuracy':
      return shareText(detail.share);
    case 'provider':
      return parts(detail.provider, vscode.l10n.t('{0} members', detail.members));
  }
}
