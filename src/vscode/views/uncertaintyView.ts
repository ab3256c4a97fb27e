import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { pictureName } from '../../dataset/imageName.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import { countText, scoreText } from '../../dataset/report/numbers.ts';
import type { DataSetSummary } from '../../dataset/dataSetSummary.ts';
import { largestUncertainty } from '../../interpreter/uncertainty.ts';
import { COMMANDS, TREE_ITEMS, VIEWS } from '../ids.ts';
import type { Prediction, SampleEntry } from '../services.ts';
import type { Drawing } from '../thumbnails/thumbnailCache.ts';
import type { Pictured } from '../thumbnails/makePicture.ts';
import { openCommand, type ViewParts } from './projectView.ts';
import { imagesText, parts, plainHover, samplesText } from './texts.ts';
import { TreeHost } from './treeHost.ts';
import {
  lengthOf,
  rankSamples,
  uncertaintyChildren,
  uncertaintyGroups,
  uncertaintyNodeId,
  type Ranking,
  type UncertaintyNode,
} from './uncertaintyTree.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const ICON_SIDE = 32;
const HOVER_SIDE = 144;
const DATA_SET_SETTLE_MS = 2000;

type Leaf = Extract<UncertaintyNode, { kind: 'sample' | 'image' }>;

/** The Uncertainty view: samples and generated images, most uncertain first, with their heat maps. */
export function createUncertaintyView({ services, files, models, thumbnails }: ViewParts): vscode.Disposable {
  const { projects, samples, predictor, reader, log } = services;
  let asking: vscode.CancellationTokenSource | undefined;
  /** What the heat maps of samples depend on besides the sample. */
  let interpreterState = '';

  const sampleGroups = async (project: Project): Promise<readonly UncertaintyNode[]> => {
    const note = (text: string): readonly UncertaintyNode[] => [{ kind: 'note', of: 'samples', text }];
    asking?.cancel();
    const { token } = (asking = new vscode.CancellationTokenSource());
    const entries = (await samples.refreshed()).filter(({ status }) => status !== 'discarded');
    if (entries.length === 0) return note(vscode.l10n.t('There are no samples yet.'));
    try {
      const scores = await predictor.scores(project, entries, token);
      const { score } = project.settings.generation;
      const ranking = rankSamples(entries, ({ path }) => scores.get(path)?.[score]);
      if (lengthOf(ranking) === 0) return note(whyNone());
      return uncertaintyGroups(ranking);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return note(messageOf(error));
    }
  };
  const whyNone = (): string => {
    if (interpreterState === '') return vscode.l10n.t('Train the interpreter to see where it is unsure.');
    if (!vscode.workspace.isTrusted) return vscode.l10n.t('Models are loaded in trusted workspaces only.');
    return vscode.l10n.t('None of the samples can be judged: they are photos, or of another generator.');
  };
  const imageGroups = async (project: Project): Promise<readonly UncertaintyNode[]> => {
    const note = (text: string): readonly UncertaintyNode[] => [{ kind: 'note', of: 'images', text }];
    try {
      const [newest] = await reader.ask('listDataSets', projectPaths(project).dataSets);
      if (newest === undefined) return note(vscode.l10n.t('There is no data set yet.'));
      const dataSet = await reader.ask('dataSetSummary', newest.folder);
      if (dataSet.ids.length === 0) return note(vscode.l10n.t('No image has been generated yet.'));
      return uncertaintyGroups({ of: 'images', dataSet });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return note(messageOf(error));
    }
  };

  /** What is drawn of a leaf, and what the picture depends on; undefined when there can be none. */
  const picturedOf = async (node: Leaf): Promise<Pictured | undefined> => {
    const { active } = projects;
    if (active === undefined) return undefined;
    if (node.kind === 'image') {
      const { folder, id, dataSet } = node;
      return { kind: 'generated', folder, id, classes: dataSet.classes, top: heatTop(dataSet) };
    }
    const { classes } = active.settings;
    const { path, entry } = node;
    const prediction = await predictionOf(active, entry);
    return {
      kind: 'sample',
      path,
      classes,
      ...(prediction && {
        heat: {
          width: prediction.width,
          height: prediction.height,
          data: prediction.uncertainty,
          top: sampleTop(prediction),
        },
      }),
    };
  };
  const predictionOf = async (project: Project, { origin }: SampleEntry): Promise<Prediction | undefined> => {
    if (origin.kind !== 'generated') return undefined;
    try {
      return await predictor.predict(project, origin);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return undefined;
    }
  };
  const keyOf = (node: Leaf, form: Drawing['form'], side: number): readonly unknown[] =>
    node.kind === 'image'
      ? [
          form,
          side,
          node.folder,
          node.id,
          node.dataSet.interpreterSha256,
          node.dataSet.seed,
          heatTop(node.dataSet),
          node.dataSet.classes,
        ]
      : [form, side, node.path, node.entry.modified, interpreterState, projects.active?.settings.classes];
  const drawing = (node: Leaf, form: Drawing['form'], side: number) => async (): Promise<Drawing | undefined> => {
    const of = await picturedOf(node);
    return of && { of, form, side };
  };

  const host: TreeHost<UncertaintyNode> = new TreeHost<UncertaintyNode>(
    VIEWS.uncertainty,
    {
      roots: async () => {
        const { active } = projects;
        if (active === undefined) return [];
        const interpreter = await models.interpreter(projectPaths(active).interpreter).catch(() => undefined);
        interpreterState = String(interpreter?.modified ?? '');
        const [newest] = await reader.ask('listDataSets', projectPaths(active).dataSets);
        // Nothing to rank: the view says what to do first.
        if (interpreter === undefined && newest === undefined) return [];
        return [
          { kind: 'root', of: 'samples' },
          { kind: 'root', of: 'images' },
        ];
      },
      children: async (node) => {
        if (node.kind !== 'root') return uncertaintyChildren(node);
        const { active } = projects;
        if (active === undefined) return [];
        return node.of === 'samples' ? sampleGroups(active) : imageGroups(active);
      },
      item: (node) => {
        const item = itemOf(node);
        item.id = uncertaintyNodeId(node);
        if (node.kind === 'sample' || node.kind === 'image') {
          const icon = thumbnails.get(keyOf(node, 'heat', ICON_SIDE), drawing(node, 'heat', ICON_SIDE), () =>
            host.redraw(node),
          );
          if (icon) item.iconPath = icon;
        }
        return item;
      },
      resolve: async (node, item, token) => {
        if (node.kind !== 'sample' && node.kind !== 'image') return;
        const picture = await thumbnails.make(keyOf(node, 'row', HOVER_SIDE), drawing(node, 'row', HOVER_SIDE));
        if (token.isCancellationRequested) return;
        item.tooltip = leafHover(node, picture);
      },
    },
    log,
  );
  const refresh = (): void => host.refresh();
  return vscode.Disposable.from(
    host,
    new vscode.Disposable(() => asking?.cancel()),
    host.view.onDidChangeVisibility(({ visible }) => {
      if (visible) return;
      asking?.cancel();
      thumbnails.forget();
    }),
    projects.onDidChange(refresh),
    samples.onDidChange(refresh),
    predictor.onDidChange(refresh),
    files.onDidChange((what) => host.refresh(what === 'dataSets' ? DATA_SET_SETTLE_MS : undefined)),
  );
}

/**
 * The uncertainty with the lightest colour, as a share of the largest possible: what the most uncertain tenth of an image has in one of
 * twenty images. The same for all images of a data set, so that they can be compared.
 */
function heatTop({ statistics, members, classes }: DataSetSummary): number {
  const scores = statistics.scores.find(({ score }) => score === 'top10mean');
  const top = scores?.quantiles.find(({ at }) => at === 95)?.value ?? 0;
  const largest = largestUncertainty(members, classes.length);
  return largest > 0 && top > 0 ? Math.min(1, top / largest) : 1;
}

/** Samples are judged one by one: the lightest colour is what 2 % of the pixels reach. Of 0 … 255. */
function sampleTop({ uncertainty }: Prediction): number {
  const counts = new Uint32Array(256);
  for (const value of uncertainty) counts[value]!++;
  let above = 0;
  for (let value = 255; value > 0; value--) {
    above += counts[value]!;
    if (above > 0.02 * uncertainty.length) return value;
  }
  return 255;
}

function itemOf(node: UncertaintyNode): vscode.TreeItem {
  switch (node.kind) {
    case 'root': {
      const isSamples = node.of === 'samples';
      const item = new vscode.TreeItem(
        isSamples ? vscode.l10n.t('Samples') : vscode.l10n.t('Generated images'),
        Expanded,
      );
      item.iconPath = new vscode.ThemeIcon(isSamples ? 'files' : 'library');
      item.tooltip = plainHover(
        isSamples
          ? vscode.l10n.t('How much the interpreter’s members disagree on the samples')
          : vscode.l10n.t('How much the interpreter’s members disagree on the images of the newest data set'),
      );
      return item;
    }
    case 'note': {
      const item = new vscode.TreeItem(node.text, None);
      item.tooltip = plainHover(node.text);
      item.iconPath = new vscode.ThemeIcon('info');
      return item;
    }
    case 'group': {
      const { from, to, start, end } = node.group;
      const item = new vscode.TreeItem(groupTitle(from, to), from === 0 ? Expanded : Collapsed);
      const most = scoreAt(node.ranking, start);
      const least = scoreAt(node.ranking, end - 1);
      const count = end - start;
      item.description = parts(
        node.ranking.of === 'samples' ? samplesText(count) : imagesText(count),
        most === least ? scoreText(most) : `${scoreText(most)} – ${scoreText(least)}`,
      );
      return item;
    }
    case 'page': {
      const { start, end } = node.range;
      // What is most uncertain stands open, down to the images.
      const item = new vscode.TreeItem(
        `${countText(start + 1)} – ${countText(end)}`,
        start === 0 ? Expanded : Collapsed,
      );
      item.description = `${scoreText(scoreAt(node.ranking, start))} – ${scoreText(scoreAt(node.ranking, end - 1))}`;
      return item;
    }
    case 'sample': {
      const { entry, score, path } = node;
      const item = new vscode.TreeItem(entry.name, None);
      item.description = parts(scoreText(score), statusText(entry));
      item.iconPath = new vscode.ThemeIcon('file-media');
      item.contextValue = entry.status === 'reviewed' ? TREE_ITEMS.sampleReviewed : TREE_ITEMS.sampleOpen;
      item.command = openCommand(path);
      item.accessibilityInformation = {
        label: vscode.l10n.t('Sample {0}, uncertainty {1}, {2}', entry.name, scoreText(score), statusText(entry)),
      };
      return item;
    }
    case 'image': {
      const { id, folder, score, fate } = node;
      const name = imageTitle(id);
      const item = new vscode.TreeItem(name, None);
      item.description = parts(scoreText(score), fateText(fate));
      item.iconPath = new vscode.ThemeIcon('file-media');
      item.contextValue = TREE_ITEMS.image;
      item.command = {
        command: COMMANDS.annotateImage,
        title: vscode.l10n.t('Annotate Image'),
        arguments: [{ folder, id }],
      };
      item.accessibilityInformation = {
        label: parts(vscode.l10n.t('Image {0}, uncertainty {1}', name, scoreText(score)), fateText(fate)),
      };
      return item;
    }
  }
}

function groupTitle(from: number, to: number): string {
  if (from === 0) return vscode.l10n.t('Most uncertain {0} %', to);
  if (to === 100) return vscode.l10n.t('Less uncertain half');
  return vscode.l10n.t('{0} – {1} %', from, to);
}

function scoreAt(ranking: Ranking, place: number): number {
  return (ranking.of === 'samples' ? ranking.samples[place]?.score : ranking.dataSet.scores[place]) ?? NaN;
}

function imageTitle(id: number): string {
  return basename(pictureName(id), '.png');
}

function statusText({ status, labelled }: SampleEntry): string {
  if (status === 'reviewed') return vscode.l10n.t('reviewed');
  return labelled > 0 ? vscode.l10n.t('labelled') : vscode.l10n.t('not labelled');
}

function fateText(fate: Extract<UncertaintyNode, { kind: 'image' }>['fate']): string | undefined {
  switch (fate) {
    case 'kept':
      return undefined;
    case 'dropped':
      return vscode.l10n.t('filtered out');
    case 'rejected':
      return vscode.l10n.t('rejected');
  }
}

/** Image, labels and heat map side by side. The file's path is our own; names are plain text. */
function leafHover(node: Leaf, picture: vscode.Uri | undefined): vscode.MarkdownString {
  const hover = new vscode.MarkdownString();
  hover.supportHtml = false;
  hover.isTrusted = false;
  const title =
    node.kind === 'sample'
      ? parts(node.entry.name, statusText(node.entry))
      : parts(imageTitle(node.id), basename(node.folder), fateText(node.fate));
  hover.appendText(`${title}\n`);
  hover.appendText(vscode.l10n.t('Uncertainty {0}, place {1}', scoreText(node.score), node.rank));
  if (picture) hover.appendMarkdown(`\n\n![${vscode.l10n.t('Image, labels and uncertainty')}](${picture.toString()})`);
  hover.appendText(
    `\n${node.kind === 'sample' ? vscode.l10n.t('Click to open it.') : vscode.l10n.t('Click to make a sample of it and paint that.')}`,
  );
  return hover;
}
