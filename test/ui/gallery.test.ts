import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { openDataSet } from '../../src/dataset/dataSetWriter.ts';
import { readSample } from '../../src/dataset/dganFile.ts';
import { filterRows } from '../../src/dataset/filter.ts';
import { writeFilter } from '../../src/dataset/filterFile.ts';
import { prepareImage } from '../../src/dataset/preparedImage.ts';
import { readRejected } from '../../src/dataset/rejectedFile.ts';
import { wholeShard } from '../../src/dataset/shard.ts';
import { makeSampleWorkspace } from '../harness/sampleWorkspace.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { until } from './until.ts';
import { THEMES, Workbench, type ThemeKind } from './workbench.ts';

const COUNT = 48;

/** A data set of the painted samples, each three times: nobody has to wait for a training. */
async function makeDataSet(workspace: string): Promise<string> {
  const names = (await readdir(join(workspace, 'samples'))).filter((name) => name.endsWith('.dgan')).sort();
  const samples = await Promise.all(names.map((name) => readSample(join(workspace, 'samples', name))));
  const { manifest, image } = samples[0]!;
  assert.ok(manifest.origin.kind === 'generated');
  const { generator, truncation, noise } = manifest.origin;
  const folder = join(workspace, 'datasets', 'painted');
  const { width, height } = image;
  const settings = {
    format: 'datasetgan-dataset',
    version: 1,
    generator,
    interpreter: { sha256: 'c'.repeat(64), members: 10 },
    classes: manifest.classes,
    width,
    height,
    count: COUNT,
    seed: 77,
    truncation,
    noise,
    batch: 8,
  } as const;
  const writer = await openDataSet(folder, settings, wholeShard, {
    provider: 'cpu',
    runtime: 'none',
    processor: 'none',
  });
  const prepared = Array.from({ length: COUNT }, (_, id) => {
    const { image: picture, labels } = samples[id % samples.length]!;
    const { data } = labels;
    // Where the class changes, as a real ensemble has it.
    const uncertainty = Float32Array.from(data, (label, i) =>
      label === data[i + 1] && label === data[i + width] ? 0.002 : 0.1 + id / 200,
    );
    return prepareImage({ id, image: picture, labels, uncertainty }, settings);
  });
  await writer.append(prepared);
  await writer.close();
  await writeFilter(
    folder,
    filterRows(
      prepared.map(({ row }) => row),
      { score: 'top10mean', ratio: 0.1 },
    ),
  );
  return folder;
}

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
    folder = await makeDataSet(workspace);
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
