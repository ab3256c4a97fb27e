import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/userError.ts';
import { settingsPath } from '../../dataset/dataSetLayout.ts';
import { UNLABELLED } from '../../dataset/labelMap.ts';
import { projectPaths, type Project } from '../../dataset/projectFile.ts';
import { definitionOf } from '../../jobs/jobTable.ts';
import { CONTEXT_KEYS } from '../ids.ts';
import type { SampleEntry, Services } from '../services.ts';
import { WalkthroughSteps } from './walkthroughSteps.ts';

type Key = Exclude<keyof typeof CONTEXT_KEYS, 'annotatorFocused' | 'annotatorActive'>;
type State = Readonly<Record<Key, boolean>>;

const SETTLE_MS = 150;

/** Keeps the context keys of menus, keys and walkthrough true to the active project. */
export function registerContextKeys({ projects, samples, jobs, log }: Services): vscode.Disposable {
  const set = new Map<Key, boolean>();
  const walkthrough = new WalkthroughSteps();
  let watched: { readonly folders: string; readonly watchers: vscode.Disposable } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;

  const refresh = async (): Promise<void> => {
    const { active } = projects;
    watch(active);
    const milestones = active === undefined ? noMilestones : await milestonesOf(active, samples.entries);
    // Another project became active meanwhile; its own refresh is on the way.
    if (disposed || active !== projects.active) return;
    const state: State = {
      ...milestones,
      hasProjects: projects.folders.length > 0 || projects.activeFolder !== undefined,
      hasProject: active !== undefined,
      jobRunning: jobs.all.some(({ journal }) => journal.state === 'running' && isLong(journal.job)),
    };
    walkthrough.reached(state);
    for (const key of Object.keys(state) as Key[]) {
      if (set.get(key) === state[key]) continue;
      set.set(key, state[key]);
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS[key], state[key]);
    }
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      refresh().catch((error: unknown) => log.error(`Context keys: ${messageOf(error)}`));
    }, SETTLE_MS);
  };

  const watch = (project: Project | undefined): void => {
    const patterns = project === undefined ? [] : milestoneFiles(project);
    const folders = JSON.stringify(patterns);
    if (watched?.folders === folders) return;
    watched?.watchers.dispose();
    const watchers = patterns.flatMap(([folder, pattern]) => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), pattern),
      );
      return [watcher, watcher.onDidCreate(soon), watcher.onDidChange(soon), watcher.onDidDelete(soon)];
    });
    watched = { folders, watchers: vscode.Disposable.from(...watchers) };
  };

  soon();
  const listeners = [projects.onDidChange(soon), samples.onDidChange(soon), jobs.onDidChange(soon)];
  return new vscode.Disposable(() => {
    disposed = true;
    clearTimeout(timer);
    walkthrough.dispose();
    watched?.watchers.dispose();
    for (const listener of listeners) listener.dispose();
  });
}

type Milestones = Omit<State, 'hasProjects' | 'hasProject' | 'jobRunning'>;

const noMilestones: Milestones = {
  hasGenerator: false,
  hasSamples: false,
  hasLabels: false,
  hasInterpreter: false,
  hasDataSet: false,
  improved: false,
};

async function milestonesOf(project: Project, samples: readonly SampleEntry[]): Promise<Milestones> {
  const { generator, interpreter, dataSets } = projectPaths(project);
  const [hasGenerator, trained, hasDataSet] = await Promise.all([
    modified(generator).then((time) => time !== undefined),
    modified(interpreter),
    hasDataSetIn(dataSets),
  ]);
  const painted = samples.filter(isPainted);
  return {
    hasGenerator,
    hasSamples: samples.length > 0,
    hasLabels: painted.length > 0,
    hasInterpreter: trained !== undefined,
    hasDataSet,
    improved: trained !== undefined && painted.some((sample) => sample.modified > trained),
  };
}

function isPainted({ pixelsPerId, status }: SampleEntry): boolean {
  return status !== 'discarded' && pixelsPerId.some((pixels, id) => id !== UNLABELLED && pixels > 0);
}

async function hasDataSetIn(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if ((await modified(settingsPath(join(folder, name)))) !== undefined) return true;
  return false;
}

async function modified(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

/** Folder and pattern of the files whose coming and going makes a milestone. */
function milestoneFiles(project: Project): [folder: string, pattern: string][] {
  const { generator, interpreter, dataSets } = projectPaths(project);
  return [
    [dirname(generator), basename(generator)],
    [dirname(interpreter), basename(interpreter)],
    [dataSets, '*/dataset.json'],
  ];
}

function isLong(job: string): boolean {
  return definitionOf(job as Parameters<typeof definitionOf>[0]).long;
}
