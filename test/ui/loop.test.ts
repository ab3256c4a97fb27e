import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readSample } from '../../src/dataset/dganFile.ts';
import { AnnotatorPage } from './annotatorPage.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { until } from './until.ts';
import { Workbench } from './workbench.ts';

// One person, one sitting: each step goes on where the last one ended.
describe('the DatasetGAN loop, as a person would', () => {
  let workbench: Workbench;
  let annotator: AnnotatorPage;

  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench.close());
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
});
