import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { indexPath, picturePath, settingsPath } from '../../src/dataset/dataSetLayout.ts';
import { rowLine } from '../../src/dataset/dataSetRow.ts';
import { encodeGrey16Png, encodeLabelPng, encodeRgbPng } from '../../src/dataset/png.ts';
import { projectPaths, type Project } from '../../src/dataset/projectFile.ts';
import { changeRejected } from '../../src/dataset/rejectedFile.ts';
import { wholeShard } from '../../src/dataset/shard.ts';
import { readSample, writeSample } from '../../src/dataset/dganFile.ts';
import { VIEWS } from '../../src/vscode/ids.ts';
import type { Services } from '../../src/vscode/services.ts';
import { uncertaintyChildren, uncertaintyGroups } from '../../src/vscode/views/uncertaintyTree.ts';
import { extensionId } from '../harness/repository.ts';
import { dataSetSettings } from '../unit/dataset/dataSetSettings.ts';

const COUNT = 10_000;

describe('the views', () => {
  let services: Services;
  let project: Project;
  let dataSet: string;

  before(async function () {
    this.timeout(120_000);
    const extension = vscode.extensions.getExtension<Services | undefined>(extensionId);
    assert.ok(extension);
    services = (await extension.activate())!;
    project = (await services.projects.refreshed())!;
    assert.ok(project, services.projects.problem);
    dataSet = join(projectPaths(project).dataSets, 'ten thousand');
    await makeDataSet(dataSet, project);
  });
  after(() => rm(dataSet, { recursive: true, force: true }));

  const until = async (condition: () => unknown, within = 20_000): Promise<void> => {
    for (const end = Date.now() + within; !(await condition());) {
      assert.ok(Date.now() < end, `not so within ${within} ms: ${condition.toString()}`);
      await sleep(50);
    }
  };

  it('rank ten thousand images in half a second, and the host goes on meanwhile', async () => {
    await services.reader.ask('listDataSets', projectPaths(project).dataSets);
    // What the new files set off elsewhere in the host is over.
    await sleep(2000);
    const tries: { readonly took: number; readonly lag: number }[] = [];
    // Other processes share the cores: the best of some tries is what the code takes.
    for (let i = 0; i < 4; i++) {
      // Another state: it is read anew.
      await changeRejected(dataSet, [i], true);
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const started = performance.now();
      const summary = await services.reader.ask('dataSetSummary', dataSet);
      const groups = uncertaintyGroups({ of: 'images', dataSet: summary });
      const first = uncertaintyChildren(groups[0]!);
      const took = performance.now() - started;
      delay.disable();
      tries.push({ took, lag: delay.max / 1e6 });
      assert.equal(summary.ids.length, COUNT);
      assert.ok(groups.length === 4 && first.length > 0 && first.length <= 100);
    }
    const [took, lag] = [Math.min(...tries.map((each) => each.took)), Math.min(...tries.map((each) => each.lag))];
    assert.ok(took < 500, `${took.toFixed(0)} ms`);
    assert.ok(lag < 100, `the host stood still for ${lag.toFixed(0)} ms`);

    const again: number[] = [];
    for (let i = 0; i < 4; i++) {
      const started = performance.now();
      await services.reader.ask('dataSetSummary', dataSet);
      again.push(performance.now() - started);
    }
    assert.ok(Math.min(...again) < 100, `${Math.min(...again).toFixed(0)} ms when nothing has changed`);
  });

  it('draw heat maps only while the Uncertainty view is visible', async () => {
    const thumbnails = join((services.context.storageUri ?? services.context.globalStorageUri).fsPath, 'thumbnails');
    const drawn = async (): Promise<number> => (await readdir(thumbnails).catch(() => [])).length;
    await vscode.commands.executeCommand('workbench.view.explorer');
    await sleep(500);
    const before = await drawn();
    await sleep(1000);
    assert.equal(await drawn(), before, 'pictures were drawn that nobody sees');
    await vscode.commands.executeCommand(`${VIEWS.uncertainty}.focus`);
    await until(async () => (await drawn()) > before + 20);
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  it('know a sample that changes, comes, goes, or can’t be read', async () => {
    const { samples } = services;
    const folder = projectPaths(project).samples;
    const first = (await samples.refreshed())[0]!;
    const sample = await readSample(first.path);
    const added = join(folder, 'zz-added.dgan');
    try {
      await writeSample(added, { ...sample, manifest: { ...sample.manifest, status: 'discarded' } });
      await until(() => samples.entries.some(({ name, status }) => name === 'zz-added' && status === 'discarded'));
      await writeFile(added, 'PK');
      await until(() => samples.unreadable.some(({ path }) => path === added));
      assert.ok(!samples.entries.some(({ path }) => path === added));
      await rm(added);
      await until(() => samples.unreadable.length === 0);
    } finally {
      await rm(added, { force: true });
    }
  });

  it('hear of a data set’s rows and not of its thousands of pictures, which VS Code does not watch', async () => {
    const files = vscode.workspace.getConfiguration('files').inspect<Record<string, boolean>>('watcherExclude');
    assert.ok(files?.defaultValue?.['**/datasets/*/images/**']);
    assert.match(Object.keys(files.defaultValue).join(), /\.git\/objects/, 'VS Code’s own defaults stay');
    const folder = join(projectPaths(project).dataSets, 'watched');
    const seen = new Set<string>();
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(project.folder, '**'));
    const note = ({ fsPath }: vscode.Uri) => seen.add(relative(folder, fsPath).replaceAll(sep, '/'));
    const listeners = [watcher.onDidCreate(note), watcher.onDidChange(note)];
    try {
      for (const picture of ['images', 'index'] as const) await mkdir(join(folder, picture), { recursive: true });
      // The watcher knows the new folders.
      await sleep(1000);
      await writeFile(picturePath(folder, 'images', 0), 'a picture');
      await writeFile(indexPath(folder, wholeShard), 'a row');
      await until(() => seen.has('index/0001-of-0001.jsonl'));
      await writeFile(indexPath(folder, wholeShard), 'another row');
      await sleep(1000);
      assert.ok(![...seen].some((path) => path.startsWith('images/')), [...seen].join());
    } finally {
      for (const listener of listeners) listener.dispose();
      watcher.dispose();
      await rm(folder, { recursive: true });
    }
  });

  it('close without leaving a message that something could not be shown', async () => {
    for (const view of Object.values(VIEWS)) await vscode.commands.executeCommand(`${view}.focus`);
    await sleep(500);
    await vscode.commands.executeCommand('workbench.view.explorer');
  });
});

/** Rows of ten thousand images; pictures of the hundred most uncertain. */
async function makeDataSet(folder: string, { settings: { classes, generation } }: Project): Promise<void> {
  const size = { width: 64, height: 64 };
  await mkdir(join(folder, 'index'), { recursive: true });
  const score = (id: number): number => ((id * 7919) % COUNT) / COUNT;
  const rows = Array.from({ length: COUNT }, (_, id) => ({
    id,
    sum: 100 * score(id),
    top10mean: score(id),
    pixels: Object.fromEntries(classes.map((each, i) => [String(each.id), i === 0 ? 4096 : 0])),
  }));
  await writeFile(indexPath(folder, wholeShard), rows.map(rowLine).join(''));
  for (const picture of ['images', 'labels', 'uncertainty'] as const) await mkdir(join(folder, picture));
  const values = (scale: number): number[] => Array.from({ length: 4096 }, (_, i) => i * scale);
  const pictures = {
    images: encodeRgbPng({ ...size, data: new Uint8Array(3 * 4096).fill(90) }),
    labels: encodeLabelPng({ ...size, data: new Uint8Array(4096).fill(classes[0]!.id) }),
    uncertainty: encodeGrey16Png({ ...size, data: Uint16Array.from(values(16)) }),
  };
  for (const { id } of [...rows].sort((a, b) => b.top10mean - a.top10mean).slice(0, 100))
    for (const picture of ['images', 'labels', 'uncertainty'] as const)
      await writeFile(picturePath(folder, picture, id), pictures[picture]);
  // Last: with it the folder is a data set.
  const dataSet = dataSetSettings({ classes, ...size, count: COUNT, truncation: generation.truncation, batch: 8 });
  await writeFile(settingsPath(folder), JSON.stringify(dataSet));
}
