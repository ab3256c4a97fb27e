import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { projectPaths } from '../../dataset/projectFile.ts';
import { countText, scoreText, shareText } from '../../dataset/report/numbers.ts';
import { COMMANDS, TREE_ITEMS, VIEWS } from '../ids.ts';
import { bar } from './bar.ts';
import { dataSetNodeId, dataSetRoots, dataSetRows, type DataSetNode } from './dataSetTree.ts';
import type { ViewParts } from './projectView.ts';
import { swatch } from './swatch.ts';
import { imagesText, parts, plainHover, timeText } from './texts.ts';
import { TreeHost } from './treeHost.ts';

const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
/** A generation writes rows all the time; numbers that change faster are not read anyway. */
const SETTLE_MS = 1000;

/** The Data set view: how many images, which are kept, pixels per class, uncertainty; newest data set first. */
export function createDataSetView({ services, files }: ViewParts): vscode.Disposable {
  const { projects, reader, log } = services;
  const host: TreeHost<DataSetNode> = new TreeHost<DataSetNode>(
    VIEWS.dataSet,
    {
      roots: async () => {
        const { active } = projects;
        if (active === undefined) return [];
        return dataSetRoots(await reader.ask('listDataSets', projectPaths(active).dataSets));
      },
      children: async (node) => {
        switch (node.kind) {
          case 'dataSet':
            try {
              return dataSetRows(await reader.ask('dataSetSummary', node.folder));
            } catch (error) {
              if (!(error instanceof UserError)) throw error;
              return [{ kind: 'problem', folder: node.folder, problem: messageOf(error) }];
            }
          case 'classes':
          case 'uncertainty':
            return node.nodes;
          default:
            return [];
        }
      },
      item: (node) => {
        const item = itemOf(node);
        item.id = dataSetNodeId(node);
        return item;
      },
    },
    log,
  );
  return vscode.Disposable.from(
    host,
    projects.onDidChange(() => host.refresh()),
    files.onDidChange((what) => what === 'dataSets' && host.refresh(SETTLE_MS)),
  );
}

function itemOf(node: DataSetNode): vscode.TreeItem {
  switch (node.kind) {
    case 'dataSet': {
      const item = new vscode.TreeItem(basename(node.folder), node.isNewest ? Expanded : Collapsed);
      item.description = timeText(node.modified);
      item.contextValue = TREE_ITEMS.dataSet;
      item.iconPath = new vscode.ThemeIcon('library');
      item.tooltip = plainHover(node.folder);
      return item;
    }
    case 'images': {
      const item = new vscode.TreeItem(vscode.l10n.t('Images'));
      const isWhole = node.images === node.count;
      item.description = isWhole
        ? countText(node.images)
        : vscode.l10n.t('{0} of {1}', countText(node.images), countText(node.count));
      item.iconPath = new vscode.ThemeIcon('file-media');
      item.command = { command: COMMANDS.showGallery, title: vscode.l10n.t('Show Gallery'), arguments: [node] };
      return item;
    }
    case 'kept': {
      const { images, kept, dropped, rejected } = node;
      const item = new vscode.TreeItem(vscode.l10n.t('Kept'));
      item.description = parts(
        countText(kept),
        dropped > 0 && vscode.l10n.t('{0} filtered out', countText(dropped)),
        rejected > 0 && vscode.l10n.t('{0} rejected', countText(rejected)),
      );
      item.tooltip = plainHover(
        vscode.l10n.t('{0} of {1} are kept', countText(kept), imagesText(images)),
        vscode.l10n.t('{0} are filtered out as most uncertain', countText(dropped)),
        vscode.l10n.t('{0} were rejected by hand', countText(rejected)),
      );
      item.iconPath = new vscode.ThemeIcon('filter');
      return item;
    }
    case 'classes': {
      const item = new vscode.TreeItem(vscode.l10n.t('Pixels per class'), Expanded);
      item.iconPath = new vscode.ThemeIcon('symbol-color');
      return item;
    }
    case 'class': {
      const { name, colour, share, pixels, images } = node.statistics;
      const item = new vscode.TreeItem(name);
      item.description = `${bar(share)} ${shareText(share)}`;
      item.iconPath = swatch(colour);
      item.tooltip = plainHover(
        name,
        vscode.l10n.t('{0} of the pixels of kept images ({1})', shareText(share), countText(pixels)),
        vscode.l10n.t('In {0}', imagesText(images)),
      );
      item.accessibilityInformation = { label: `${name}, ${shareText(share)}, ${imagesText(images)}` };
      return item;
    }
    case 'uncertainty': {
      const item = new vscode.TreeItem(vscode.l10n.t('Uncertainty'), Expanded);
      item.description = vscode.l10n.t('mean {0}', scoreText(node.scores.mean));
      item.iconPath = new vscode.ThemeIcon('question');
      item.tooltip = plainHover(
        node.scores.score === 'top10mean'
          ? vscode.l10n.t('Mean of the most uncertain tenth of an image’s pixels, Jensen–Shannon divergence in nats')
          : vscode.l10n.t('Sum over an image’s pixels, Jensen–Shannon divergence in nats'),
      );
      return item;
    }
    case 'mean':
    case 'quantile': {
      const title = node.kind === 'mean' ? vscode.l10n.t('Mean') : quantileTitle(node.at);
      const item = new vscode.TreeItem(title);
      item.description = `${bar(node.most > 0 ? node.value / node.most : 0)} ${scoreText(node.value)}`;
      item.accessibilityInformation = { label: `${title}, ${scoreText(node.value)}` };
      return item;
    }
    case 'problem': {
      const item = new vscode.TreeItem(vscode.l10n.t('Can’t be read'));
      item.description = node.problem;
      item.tooltip = plainHover(node.problem);
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
      return item;
    }
  }
}

function quantileTitle(at: number): string {
  if (at === 0) return vscode.l10n.t('Least');
  if (at === 50) return vscode.l10n.t('Median');
  if (at === 100) return vscode.l10n.t('Most');
  return vscode.l10n.t('{0} % are below', at);
}
