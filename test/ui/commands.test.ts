import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepFailurePictures } from './failurePictures.ts';
import { until } from './until.ts';
import { Workbench } from './workbench.ts';

describe('the commands, as a person would use them', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench.close());
  keepFailurePictures(() => workbench);

  const input = () => workbench.page.locator('.quick-input-widget input.input').first();

  it('gives a class another colour, which every open sample takes over', async () => {
    await workbench.openFile('samples/003.dgan');
    await until(() => workbench.offersCommand('DatasetGAN: Change Colour of Class'), 'the project is there');
    await workbench.runCommand('DatasetGAN: Change Colour of Class');
    await workbench.pick(/^hair/);
    await input().fill('f0a');
    await workbench.pick('#ff00aa');
    const file = join(workbench.workspace, 'datasetgan.json');
    await until(() => readFileSync(file, 'utf8').includes('#ff00aa'), 'the colour is in datasetgan.json');
  });

  it('shows what models can be computed on, and why not on the rest', async () => {
    await workbench.runCommand('DatasetGAN: Choose Execution Provider');
    const list = workbench.page.locator('.quick-input-list');
    await list.getByText('The CPU took').waitFor();
    await list.getByText('CUDA did not start').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('ticks the steps of the walkthrough that are done', async () => {
    await workbench.runCommand('Welcome: Open Walkthrough');
    await input().fill('An endless labelled data set');
    await workbench.pick(/An endless labelled data set/);
    const step = (title: string) =>
      workbench.page.locator('.gettingStartedContainer .getting-started-step', { hasText: title });
    await step('Open a project').locator('.codicon.complete').waitFor();
    await step('Paint a sample').locator('.codicon.complete').waitFor();
    assert.equal(await step('Train the interpreter').locator('.codicon.complete').count(), 0);
    await workbench.screenshot('walkthrough');
  });
});
