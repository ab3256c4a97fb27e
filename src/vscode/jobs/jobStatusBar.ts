import * as vscode from 'vscode';
import { isUnderWay } from '../../jobs/isUnderWay.ts';
import { COMMANDS } from '../ids.ts';
import type { Disposable, JobView, Services } from '../services.ts';
import { showingErrors } from '../showError.ts';
import { jobAtWork } from './jobTitle.ts';
import { percentOf, progressText } from './progressText.ts';
import { showJobLog } from './showJobLog.ts';

/** Only the status bar item calls it. */
const SHOW_JOBS = 'datasetgan.showJobs';

/** The one status bar item of all background work: idle, running with percent, the execution provider that won; details on a click. */
export function registerJobStatus(services: Services): Disposable {
  const { jobs, predictor, projects, log } = services;
  const item = vscode.window.createStatusBarItem('datasetgan.jobs', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('DatasetGAN Jobs');
  item.command = SHOW_JOBS;

  const show = (): void => {
    const running = runningJobs(services);
    if (running.length === 0 && projects.activeFolder === undefined && predictor.child === undefined) {
      item.hide();
      return;
    }
    item.text = statusText(services, running);
    item.tooltip = tooltip(services, running);
    item.accessibilityInformation = { label: `DatasetGAN: ${plainText(services, running)}`, role: 'button' };
    item.show();
  };
  show();
  return vscode.Disposable.from(
    item,
    vscode.commands.registerCommand(
      SHOW_JOBS,
      showingErrors(log, () => pick(services)),
    ),
    vscode.commands.registerCommand(
      COMMANDS.showJobLog,
      showingErrors(log, (argument?: unknown) => showJobLog(services, argument)),
    ),
    jobs.onDidChange(show),
    predictor.onDidChangeChild(show),
    projects.onDidChange(show),
  );
}

/** Long jobs that run now: this window's, and the active project's of terminals. */
function runningJobs({ jobs }: Services): readonly JobView[] {
  const known = new Set(jobs.own.map(({ journal }) => journal.id));
  return [...jobs.own, ...jobs.all.filter(({ journal }) => isUnderWay(journal) && !known.has(journal.id))];
}

function statusText(services: Services, running: readonly JobView[]): string {
  const icon = running.length > 0 || services.predictor.child?.isBusy === true ? '$(sync~spin)' : '$(layers)';
  return `${icon} ${plainText(services, running)}`;
}

function plainText(services: Services, running: readonly JobView[]): string {
  const [first, ...others] = running;
  if (first === undefined) {
    const provider = providerOf(services);
    return provider === undefined ? 'DatasetGAN' : `DatasetGAN · ${provider}`;
  }
  const { progress, journal } = first;
  const percent = progress && percentOf(progress);
  return [
    progress?.stage ?? journal.job,
    percent === undefined ? '' : `${percent} %`,
    first.provider === undefined ? '' : `· ${first.provider}`,
    others.length === 0 ? '' : `+${others.length}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function providerOf({ jobs, predictor }: Services): string | undefined {
  return predictor.child?.provider ?? jobs.provider;
}

function tooltip(services: Services, running: readonly JobView[]): string {
  const provider = providerOf(services);
  const { child } = services.predictor;
  return [
    ...(running.length === 0 ? [vscode.l10n.t('No job is running.')] : running.map(jobLine)),
    ...(child === undefined ? [] : [predictionLine(child.isBusy, child.memory)]),
    ...(provider === undefined ? [] : [vscode.l10n.t('Computing on: {0}', provider)]),
    vscode.l10n.t('Click for details.'),
  ].join('\n');
}

function jobLine({ journal, progress, memory }: JobView): string {
  return [
    jobAtWork(journal.job),
    progress === undefined ? vscode.l10n.t('starting') : progressText(progress),
    ...(memory === undefined ? [] : [megabytes(memory)]),
  ].join(' · ');
}

function predictionLine(isBusy: boolean, memory: number | undefined): string {
  const state = isBusy ? vscode.l10n.t('Predictions: computing') : vscode.l10n.t('Predictions: ready');
  return memory === undefined ? state : `${state} · ${megabytes(memory)}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

interface StatusEntry extends vscode.QuickPickItem {
  run?(): unknown;
}

async function pick(services: Services): Promise<void> {
  const { jobs, predictor, projects } = services;
  const running = runningJobs(services);
  const command = (id: string, ...rest: unknown[]) => vscode.commands.executeCommand(id, ...rest);
  const entries: StatusEntry[] = [
    ...running.flatMap((view): StatusEntry[] => {
      const { id, job } = view.journal;
      const description = view.own ? '' : vscode.l10n.t('started in a terminal');
      return [
        {
          label: `$(debug-stop) ${vscode.l10n.t('Stop: {0}', jobAtWork(job))}`,
          description,
          detail: jobLine(view),
          run: () => jobs.stop(id),
        },
        {
          label: `$(output) ${vscode.l10n.t('Log: {0}', jobAtWork(job))}`,
          description,
          run: () => command(COMMANDS.showJobLog, id),
        },
      ];
    }),
    ...(running.length > 0 ? [separator()] : []),
    ...(predictor.child === undefined
      ? []
      : [{ label: `$(eye) ${predictionLine(predictor.child.isBusy, predictor.child.memory)}` }]),
    {
      label: `$(chip) ${vscode.l10n.t('Choose Execution Provider')}`,
      description: providerOf(services) ?? '',
      detail: vscode.l10n.t('Also tries what this machine has, and says why the rest does not work.'),
      run: () => command(COMMANDS.chooseProvider),
    },
    { label: `$(output) ${vscode.l10n.t('Show Log')}`, run: () => command(COMMANDS.showLog) },
  ];
  const title = projects.activeFolder === undefined ? 'DatasetGAN' : `DatasetGAN: ${projects.activeFolder}`;
  const chosen = await vscode.window.showQuickPick(entries, { title });
  await chosen?.run?.();
}

function separator(): StatusEntry {
  return { label: '', kind: vscode.QuickPickItemKind.Separator };
}
