import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readSample } from '../../src/dataset/dganFile.ts';
import { descendants } from '../harness/processes.ts';
import { AnnotatorPage } from './annotatorPage.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { until } from './until.ts';
import { THEMES, Workbench, type ThemeKind } from './workbench.ts';

const TRAINING_MS = 300_000;

// One person, one sitting: each step goes on where the last one ended.
describe('the DatasetGAN loop, as a person would', () => {
  let workbench: Workbench;
  let annotator: AnnotatorPage;

  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench.close([/The process of "train" ended unexpectedly/]));
  keepFailurePictures(() => workbench);

  const sampleFile = (name: string): string => join(workbench.workspace, 'samples', name);
  const openAnnotator = async (name: string): Promise<AnnotatorPage> => {
    await workbench.openFile(`samples/${name}`);
    return new AnnotatorPage(workbench.page, workbench.webview()).ready();
  };

  it('shows the sample project in the side bar', async () => {
    await workbench.showDatasetgan();
    await workbench.viewRow('Project', 'skin').waitFor();
  });

  it('paints, undoes, redoes, saves, closes, and finds the same pixels again', async () => {
    const file = sampleFile('003.dgan');
    const before = await readSample(file);
    annotator = await openAnnotator('003.dgan');
    await annotator.focus();
    await annotator.press('b');
    await annotator.press('3'); // the third class: hair, id 2
    await annotator.stroke({ x: 6, y: 56 }, { x: 20, y: 56 });
    await workbench.page.locator('.tabs-container .tab.dirty', { hasText: '003.dgan' }).waitFor();
    const first = await annotator.picture();
    await annotator.press('4');
    await annotator.stroke({ x: 40, y: 6 }, { x: 56, y: 12 });
    const second = await annotator.picture();
    assert.notEqual(second, first);

    await annotator.press('Control+z');
    await until(async () => (await annotator.picture()) === first, 'undo shows the picture before the stroke');
    await annotator.press('Control+Shift+z');
    await until(async () => (await annotator.picture()) === second, 'redo shows the stroke again');
    await annotator.press('Control+z');
    await until(async () => (await annotator.picture()) === first, 'undo works again');

    const written = statSync(file).mtimeMs;
    await annotator.press('Control+s');
    await until(() => statSync(file).mtimeMs > written, 'the file is written');
    await workbench.page.locator('.tabs-container .tab:not(.dirty)', { hasText: '003.dgan' }).waitFor();

    const after = await readSample(file);
    assert.deepEqual(after.image, before.image);
    const changed = [...after.labels.data].flatMap((id, i) => (id === before.labels.data[i] ? [] : [{ id, i }]));
    assert.ok(changed.length > 20, `${changed.length} pixels changed`);
    for (const { id, i } of changed) {
      const [x, y] = [i % 64, Math.floor(i / 64)];
      assert.equal(id, 2);
      assert.ok(x >= 1 && x <= 25 && y >= 51 && y <= 61, `(${x}, ${y}) is not on the stroke`);
    }
    for (let x = 6; x <= 20; x++) assert.equal(after.labels.data[56 * 64 + x], 2);

    await workbench.closeEditor();
    await workbench.tab('003.dgan').waitFor({ state: 'detached' });
    annotator = await openAnnotator('003.dgan');
    await until(async () => (await annotator.picture()) === first, 'the sample looks as it was saved');
  });

  it('leaves plain letters to Search while a sample is open', async () => {
    const { version } = await annotator.state();
    await annotator.focus();
    await workbench.page.keyboard.press('Control+Shift+F');
    const search = workbench.page.locator('.search-view .search-container textarea').first();
    await search.waitFor();
    await workbench.page.keyboard.type('1x[i', { delay: 30 });
    assert.equal(await search.inputValue(), '1x[i');
    assert.equal((await annotator.state()).version, version);
  });

  it('shows both sides of a changed sample from Source Control', async () => {
    await workbench.page.keyboard.press('Control+Shift+G');
    const change = workbench.page.locator('.scm-view .monaco-list-row', { hasText: '003.dgan' }).first();
    await change.click();
    await workbench.page.locator('.tabs-container .tab.active', { hasText: '↔' }).waitFor();
    await until(async () => (await workbench.webviews()).length === 2, 'both sides are there');
    const sides = (await workbench.webviews()).map((frame) => new AnnotatorPage(workbench.page, frame));
    for (const side of sides) await side.ready();
    const [left, right] = await Promise.all(sides.map((side) => side.picture()));
    assert.notEqual(left, right);
    await workbench.screenshot('diff');
    await workbench.closeEditor();
  });

  it('trains, and shows the progress in the side bar and the status bar', async function () {
    this.timeout(TRAINING_MS);
    await workbench.showDatasetgan();
    await workbench.runCommand('DatasetGAN: Train Interpreter');
    await workbench.statusBarItem(/\d+ %/).waitFor();
    await workbench.viewRow('Jobs', /Train the interpreter.*\d+ %/).waitFor();
    await workbench.viewRow('Jobs', /Train the interpreter.*done/).waitFor({ timeout: TRAINING_MS });
    await workbench.statusBarItem('DatasetGAN').waitFor();
    await workbench.viewRow('Uncertainty', /Most uncertain/).waitFor();
  });

  it('predicts the labels of the open sample while another training runs', async function () {
    this.timeout(TRAINING_MS);
    annotator = await openAnnotator('005.dgan');
    await workbench.runCommand('DatasetGAN: Train Interpreter');
    await workbench.statusBarItem(/training \d+ %/).waitFor({ timeout: TRAINING_MS });
    const before = await annotator.picture();
    await annotator.focus();
    await annotator.press('t');
    await until(async () => (await annotator.picture()) !== before, 'the prediction is shown');
    assert.ok(await workbench.statusBarItem(/training \d+ %/).isVisible(), 'the training still runs');
    await workbench.screenshot('prediction');
    await annotator.press('t');
    await until(async () => (await annotator.picture()) === before, 'the prediction is hidden');
  });

  it('recovers when the training is killed, and stops the next one on demand', async function () {
    this.timeout(TRAINING_MS);
    const worker = descendants(workbench.serverPid).find(({ command }) => /worker\.cjs job/.test(command));
    assert.ok(worker, 'the training has a process of its own');
    process.kill(worker.pid, 'SIGKILL');
    await workbench.viewRow('Jobs', /Train the interpreter.*(failed|ended without a word)/).waitFor();
    await workbench.statusBarItem('DatasetGAN').waitFor();
    await workbench.notification('ended unexpectedly').waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');

    await workbench.runCommand('DatasetGAN: Train Interpreter');
    await workbench.statusBarItem(/\d+ %/).waitFor();
    await workbench.runCommand('DatasetGAN: Stop Job');
    await workbench.viewRow('Jobs', /Train the interpreter.*stopped/).waitFor();
    assert.ok(!descendants(workbench.serverPid).some(({ command }) => /worker\.cjs job/.test(command)));
  });

  it('generates a data set and shows it in the gallery', async function () {
    this.timeout(TRAINING_MS);
    await workbench.runCommand('DatasetGAN: Generate Data Set');
    await workbench.answer('60');
    await workbench.viewRow('Jobs', /Generate a data set.*done/).waitFor({ timeout: TRAINING_MS });
    await workbench.showOnly('Data Set');
    await workbench.viewRow('Data Set', /Images\s*60/).waitFor();
    await workbench.runCommand('DatasetGAN: Show Gallery');
    await workbench.tab('Gallery').waitFor();
    await workbench.webview().getByText('60 images').waitFor();
  });

  it('opens the most uncertain image as a sample', async () => {
    await workbench.showOnly('Uncertainty');
    const image = workbench.viewRow('Uncertainty', /\d{6}/);
    await image.click();
    await workbench.page.locator('.tabs-container .tab.active', { hasText: '.dgan' }).waitFor();
    annotator = await new AnnotatorPage(workbench.page, workbench.webview()).ready();
    assert.equal((await annotator.state()).version, '0');
  });

  it('runs a task from the command palette', async function () {
    this.timeout(TRAINING_MS);
    await workbench.runTask('datasetgan', 'datasetgan: export voc');
    await workbench.page.locator('.xterm-rows', { hasText: '✔' }).waitFor({ timeout: TRAINING_MS });
    await workbench.showOnly('Jobs');
    await workbench.viewRow('Jobs', 'Export a data set').waitFor();
    await workbench.screenshot('task');
    await workbench.runCommand('View: Toggle Panel Visibility');
  });

  it('looks right in every kind of theme', async function () {
    this.timeout(TRAINING_MS);
    await workbench.runCommand('Notifications: Clear All Notifications');
    for (const kind of Object.keys(THEMES) as ThemeKind[]) {
      await workbench.useTheme(kind);
      await workbench.tab('Gallery').click();
      await workbench.showOnly('Data Set');
      await workbench.screenshot(`${kind}/gallery`);
      await workbench.tab('005.dgan').click();
      await new AnnotatorPage(workbench.page, workbench.webview()).ready();
      for (const view of ['Project', 'Jobs', 'Uncertainty'] as const) {
        await workbench.showOnly(view);
        await workbench.screenshot(`${kind}/${view.toLowerCase()}`);
      }
    }
  });
});
