import * as vscode from 'vscode';
import { scoreText } from '../../dataset/report/numbers.ts';
import { isUnderWay } from '../../jobs/isUnderWay.ts';
import type { Journal } from '../../jobs/journal.ts';
import type { LossPoint } from '../../jobs/lossPoint.ts';
import { formatDuration, formatRate } from '../../jobs/progress.ts';
import { TREE_ITEMS, VIEWS } from '../ids.ts';
import { jobTitle } from '../jobs/jobTitle.ts';
import type { JobView } from '../services.ts';
import { jobsChildren, jobsNodeId, jobsRoots, type JobDetail, type JobsNode } from './jobsTree.ts';
import { lossCurveSvg } from './lossCurve.ts';
import type { ViewParts } from './projectView.ts';
import { svgUri } from './swatch.ts';
import { parts, plainHover, timeText } from './texts.ts';
import { TreeHost } from './treeHost.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const SETTLE_MS = 300;

/** The Jobs view: running and finished jobs, also those of terminals, with progress, rate, time left and a training's curve as it grows. */
export function createJobsView({ services }: ViewParts): vscode.Disposable {
  const { jobs, projects, log } = services;
  const host: TreeHost<JobsNode> = new TreeHost<JobsNode>(
    VIEWS.jobs,
    {
      roots: () => Promise.resolve(projects.active === undefined ? [] : jobsRoots(jobs.all)),
      children: jobsChildren,
      item: (node) => {
        const item = itemOf(node);
        item.id = jobsNodeId(node);
        return item;
      },
    },
    log,
  );

  let bar: { readonly end: () => void } | undefined;
  const showRunning = (): void => {
    const running = jobs.all.filter(({ journal }) => isUnderWay(journal)).length;
    host.view.badge =
      running === 0
        ? undefined
        : {
            value: running,
            tooltip: running === 1 ? vscode.l10n.t('1 job runs') : vscode.l10n.t('{0} jobs run', running),
          };
    if (running > 0) bar ??= progressBar();
    else {
      bar?.end();
      bar = undefined;
    }
  };
  showRunning();
  return vscode.Disposable.from(
    host,
    new vscode.Disposable(() => bar?.end()),
    jobs.onDidChange(() => {
      showRunning();
      host.refresh(SETTLE_MS);
    }),
    projects.onDidChange(() => {
      showRunning();
      host.refresh();
    }),
    vscode.window.onDidChangeActiveColorTheme(() => host.refresh()),
  );
}

/** The bar at the view's top, until `end` is called. */
function progressBar(): { readonly end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  void vscode.window.withProgress({ location: { viewId: VIEWS.jobs } }, () => ended);
  return { end };
}

function itemOf(node: JobsNode): vscode.TreeItem {
  switch (node.kind) {
    case 'job':
      return jobItem(node.view);
    case 'page': {
      const item = new vscode.TreeItem(
        vscode.l10n.t('Jobs {0}–{1}', node.range.start + 1, node.range.end),
        node.range.start === 0 ? Expanded : Collapsed,
      );
      return item;
    }
    case 'detail':
      return detailItem(node.detail);
  }
}

function jobItem(view: JobView): vscode.TreeItem {
  const { journal } = view;
  const title = jobTitle(journal.job);
  const item = new vscode.TreeItem(title, isUnderWay(journal) ? Expanded : Collapsed);
  const state = stateText(view);
  item.description = state;
  item.iconPath = stateIcon(journal.state);
  item.contextValue = isUnderWay(journal) ? TREE_ITEMS.jobRunning : TREE_ITEMS.job;
  item.tooltip = plainHover(
    title,
    state,
    vscode.l10n.t('Begun {0}', timeText(Date.parse(journal.queued))),
    journal.state === 'failed' && journal.error.message,
    !view.own && isUnderWay(journal) && vscode.l10n.t('Started elsewhere: in a terminal or another window'),
  );
  item.accessibilityInformation = { label: parts(title, state) };
  return item;
}

function stateText({ journal, progress }: JobView): string {
  switch (journal.state) {
    case 'queued':
      return vscode.l10n.t('waiting');
    case 'running': {
      const now = progress ?? journal.progress;
      if (now === undefined) return vscode.l10n.t('starting');
      return parts(
        now.total > 0 ? `${Math.floor((100 * now.done) / now.total)} %` : now.stage,
        now.rate !== undefined && formatRate(now.rate, now.unit),
        now.secondsLeft !== undefined && vscode.l10n.t('{0} left', formatDuration(now.secondsLeft)),
      );
    }
    case 'done':
      return parts(vscode.l10n.t('done'), timeText(Date.parse(journal.ended)));
    case 'failed':
      return parts(vscode.l10n.t('failed'), journal.error.message);
    case 'stopped':
      return parts(vscode.l10n.t('stopped'), timeText(Date.parse(journal.ended)));
    case 'lost':
      return vscode.l10n.t('ended without a word');
  }
}

function stateIcon(state: Journal['state']): vscode.ThemeIcon {
  const icon = (id: string, colour?: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(id, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  switch (state) {
    case 'queued':
      return icon('clock');
    case 'running':
      return icon('sync~spin', 'progressBar.background');
    case 'done':
      return icon('pass', 'testing.iconPassed');
    case 'failed':
      return icon('error', 'list.errorForeground');
    case 'stopped':
      return icon('debug-stop');
    case 'lost':
      return icon('warning', 'list.warningForeground');
  }
}

function detailItem(detail: JobDetail): vscode.TreeItem {
  const row = (title: string, text: string, icon?: string): vscode.TreeItem => {
    const item = new vscode.TreeItem(title, None);
    item.description = text;
    item.tooltip = plainHover(parts(title, text));
    if (icon !== undefined) item.iconPath = new vscode.ThemeIcon(icon);
    return item;
  };
  switch (detail.what) {
    case 'stage':
      return row(vscode.l10n.t('Now'), parts(detail.stage, detail.detail), 'pulse');
    case 'options':
      return row(
        vscode.l10n.t('Options'),
        detail.options.map(({ name, value }) => `${name} ${value}`).join(', '),
        'settings',
      );
    case 'started':
      return row(vscode.l10n.t('Started'), timeText(detail.time), 'calendar');
    case 'took':
      return row(vscode.l10n.t('Took'), formatDuration(detail.seconds), 'watch');
    case 'result':
      return row(detail.sentence, '', 'info');
    case 'error':
      return row(detail.sentence, '', 'error');
    case 'place':
      return row(
        vscode.l10n.t('Runs in'),
        parts(
          detail.own ? vscode.l10n.t('this window') : vscode.l10n.t('a terminal or another window'),
          vscode.l10n.t('process {0} on {1}', detail.pid, detail.host),
        ),
        'server-process',
      );
    case 'curve':
      return curveItem(detail.losses);
  }
}

/** A training's held-out loss as a small picture, and as a larger one in the hover. */
function curveItem(losses: readonly LossPoint[]): vscode.TreeItem {
  const last = losses.at(-1);
  const best = losses.length === 0 ? undefined : Math.min(...losses.map(({ loss }) => loss));
  const item = new vscode.TreeItem(vscode.l10n.t('Held-out loss'), None);
  item.description =
    last === undefined || best === undefined
      ? vscode.l10n.t('not measured')
      : vscode.l10n.t('{0} at best, after {1} steps {2}', scoreText(best), last.step, scoreText(last.loss));
  const small = { width: 16, height: 16, strokeWidth: 1.5 };
  item.iconPath = {
    light: svgUri(lossCurveSvg(losses, { ...small, stroke: '#c05800' })),
    dark: svgUri(lossCurveSvg(losses, { ...small, stroke: '#f0a050' })),
  };
  const { kind } = vscode.window.activeColorTheme;
  const isLight = kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
  const large = lossCurveSvg(losses, {
    width: 320,
    height: 160,
    strokeWidth: 2,
    stroke: isLight ? '#c05800' : '#f0a050',
    axes: isLight ? '#606060' : '#a0a0a0',
  });
  const hover = new vscode.MarkdownString();
  hover.appendText(vscode.l10n.t('Held-out loss over the steps of the training (logarithmic)'));
  hover.appendMarkdown(`\n\n![](${svgUri(large).toString(true)})`);
  item.tooltip = hover;
  item.accessibilityInformation = { label: `${item.label as string}, ${item.description}` };
  return item;
}
