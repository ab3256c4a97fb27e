import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { readSample } from '../../src/dataset/dganFile.ts';
import { readRejected } from '../../src/dataset/rejectedFile.ts';
import { makeSampleWorkspace } from '../harness/sampleWorkspace.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { paintedDataSet } from './paintedDataSet.ts';
import { until } from './until.ts';
import { THEMES, Workbench, type ThemeKind } from './workbench.ts';

const COUNT = 48;

describe('the gallery in VS Code', () => {
  let home: string;
  let folder: string;
  let workspace: string;
  let workbench: Workbench;
  let gallery: FrameLocator;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'dgan-ui-gallery-'));
    workspace = join(home, 'avatars');
    await makeSampleWorkspace(workspace);
    folder = await paintedDataSet(workspace, COUNT);
    workbench = await Workbench.open({ workspace });
  });
  after(async () => {
    await workbench.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
  keepFailurePictures(() => workbench);

  const drawn = async (): Promise<boolean> => {
    const cells = await gallery.locator('.cell[data-id]').count();
    return cells > 0 && (await gallery.locator('.cell[data-id] canvas:not([hidden])').count()) >= cells;
  };

  it('shows images and labels, which its page reads itself', async () => {
    // Offered once the extension has looked what the project has.
    await until(() => workbench.offersCommand('DatasetGAN: Show Gallery'), 'the gallery is offered');
    await workbench.runCommand('DatasetGAN: Show Gallery');
    gallery = workbench.webview();
    await gallery.locator('.cell').first().waitFor();
    await until(drawn, 'all labels are drawn');
    assert.equal(await gallery.locator('.missing').count(), 0);
    assert.match(await gallery.locator('.summary').innerText(), /^48 images · 44 kept/);
    for (const theme of Object.keys(THEMES) as ThemeKind[]) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`gallery-${theme}`);
    }
    await workbench.useTheme('dark');
  });

  it('rejects an image in the data set, and takes it back', async () => {
    await gallery.locator('[data-id="2"]').click();
    await workbench.page.keyboard.press('x');
    await until(async () => (await readRejected(folder)).includes(2), 'the rejection is written');
    await gallery.locator('[data-id="2"].rejected').waitFor();
    await workbench.page.keyboard.press('Delete');
    await until(async () => !(await readRejected(folder)).includes(2), 'it is taken back');
  });

  it('enlarges an image', async () => {
    await gallery.locator('[data-id="5"]').dblclick();
    await gallery.locator('.frame').nth(1).hover();
    await gallery.locator('.under', { hasText: 'uncertainty' }).waitFor();
    await workbench.screenshot('gallery-enlarged');
    await workbench.page.keyboard.press('Escape');
  });

  it('makes a sample of an image and opens it', async () => {
    await gallery.locator('[data-id="7"]').click();
    await workbench.page.keyboard.press('a');
    await workbench.tab('seed77-000007.dgan').waitFor();
    const { manifest } = await readSample(join(workspace, 'samples', 'seed77-000007.dgan'));
    assert.ok(manifest.origin.kind === 'generated');
    assert.deepEqual(manifest.origin.latent, { space: 'z', seed: 77, index: 7 });
    await workbench.closeEditor();
    gallery = workbench.webview();
    // The page began anew, and knows the sample.
    await gallery.locator('[data-id="7"][aria-label*="has a sample"]').waitFor();
  });

  it('comes back when the window is loaded again', async () => {
    await gallery.getByRole('radio', { name: 'Side by Side' }).click();
    await workbench.page.waitForTimeout(1500);
    // As a person does it: a page that is torn away has no time to store what its editors kept.
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.activityBarItem('DatasetGAN').waitFor();
    gallery = workbench.webview();
    await gallery.locator('.cell[data-id]').first().waitFor();
    await until(drawn, 'all maps are drawn');
    assert.equal(await gallery.getByRole('radio', { name: 'Side by Side' }).getAttribute('aria-checked'), 'true');
    await workbench.screenshot('gallery-side-by-side');
  });

  it('shows the report', async () => {
    await workbench.runCommand('DatasetGAN: Show Report');
    await workbench.tab('Report: avatars').waitFor();
    const report = workbench.webview();
    await report.locator('h1', { hasText: 'avatars' }).waitFor();
    for (const theme of ['dark', 'light', 'high-contrast'] as const) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`report-${theme}`);
    }
  });
});
