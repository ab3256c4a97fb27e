import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSample } from '../../src/dataset/dganFile.ts';
import { AnnotatorPage } from './annotatorPage.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { until } from './until.ts';
import { Workbench } from './workbench.ts';

describe('strokes that are not saved', function () {
  this.timeout(300_000);
  let workbench: Workbench;
  after(() => workbench.close());
  keepFailurePictures(() => workbench);

  it('are there again after a crash of VS Code', async () => {
    workbench = await Workbench.open();
    const file = join(workbench.workspace, 'samples/003.dgan');
    const saved = await readSample(file);
    await workbench.openFile('samples/003.dgan');
    let annotator = await new AnnotatorPage(workbench.page, workbench.webview()).ready();
    await annotator.focus();
    await annotator.press('3');
    await annotator.stroke({ x: 6, y: 56 }, { x: 20, y: 56 });
    const painted = await annotator.picture();
    await sleep(4000); // VS Code asks for a backup about a second after an edit
    await workbench.crash();
    assert.deepEqual((await readSample(file)).labels, saved.labels);

    workbench = await Workbench.open({ after: workbench });
    await workbench.page.locator('.tabs-container .tab.dirty', { hasText: '003.dgan' }).waitFor();
    annotator = await new AnnotatorPage(workbench.page, workbench.webview()).ready();
    await until(async () => (await annotator.picture()) === painted, 'the stroke is there again', 150_000);
    await annotator.focus();
    await annotator.press('Control+s');
    await workbench.page.locator('.tabs-container .tab:not(.dirty)', { hasText: '003.dgan' }).waitFor();
    const { data } = (await readSample(file)).labels;
    for (let x = 6; x <= 20; x++) assert.equal(data[56 * 64 + x], 2);
  });
});
