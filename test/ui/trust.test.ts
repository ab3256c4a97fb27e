import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readSample } from '../../src/dataset/dganFile.ts';
import { AnnotatorPage } from './annotatorPage.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { until } from './until.ts';
import { Workbench } from './workbench.ts';

describe('a workspace that is not trusted', () => {
  let workbench: Workbench;
  let annotator: AnnotatorPage;

  before(async () => {
    workbench = await Workbench.open({ workspaceTrust: true });
  });
  after(() => workbench.close());
  keepFailurePictures(() => workbench);

  it('is painted and saved in Restricted Mode', async () => {
    await workbench.refuseTrust();
    await workbench.openFile('samples/003.dgan');
    annotator = await new AnnotatorPage(workbench.page, workbench.webview()).ready();
    await annotator.focus();
    await annotator.press('3');
    await annotator.stroke({ x: 6, y: 56 }, { x: 20, y: 56 });
    await annotator.press('Control+s');
    await workbench.page.locator('.tabs-container .tab:not(.dirty)', { hasText: '003.dgan' }).waitFor();
    const file = join(workbench.workspace, 'samples/003.dgan');
    await until(async () => (await readSample(file)).labels.data[56 * 64 + 12] === 2, 'the stroke is saved');
  });

  it('says why there is no prediction, and offers no job', async () => {
    await annotator.press('t');
    await annotator.frame.getByText('not trusted').first().waitFor();
    await workbench.screenshot('restricted');
    assert.equal(await workbench.offersCommand('DatasetGAN: Train Interpreter'), false);
  });

  it('trains once it is trusted', async () => {
    await workbench.grantTrust();
    await until(() => workbench.offersCommand('DatasetGAN: Train Interpreter'), 'training is offered');
    await workbench.runCommand('DatasetGAN: Train Interpreter');
    await workbench.statusBarItem(/\d+ %/).waitFor();
    await workbench.runCommand('DatasetGAN: Stop Job');
    await workbench.statusBarItem('DatasetGAN').waitFor();
  });
});
