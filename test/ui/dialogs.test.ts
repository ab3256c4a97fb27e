import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSample } from '../../src/dataset/dganFile.ts';
import { encodeLabelPng } from '../../src/dataset/png.ts';
import { readProject } from '../../src/dataset/projectFile.ts';
import { decodeGenerator } from '../../src/stylegan/generator.ts';
import { repository } from '../harness/repository.ts';
import { makeSampleWorkspace } from '../harness/sampleWorkspace.ts';
import { keepFailurePictures } from './failurePictures.ts';
import { paintedDataSet } from './paintedDataSet.ts';
import { until } from './until.ts';
import { Workbench } from './workbench.ts';

const checkpoints = join(repository, 'test/fixtures/checkpoints');
const conditional = 'stylegan2-ada-16-grey-conditional-clamp.pkl';
const unconditional = 'stylegan2-ada-32.pkl';

// Each command goes by its dialogs from the palette to the files that it makes.
describe('the dialogs, as a person would answer them', () => {
  let home: string;
  let workspace: string;
  let workbench: Workbench;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'dgan-ui-dialogs-'));
    workspace = join(home, 'avatars');
    await makeSampleWorkspace(workspace);
    await paintedDataSet(workspace, 16);
    workbench = await Workbench.open({ workspace });
    await workbench.showDatasetgan();
    await workbench.viewRow('Project', 'skin').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
  keepFailurePictures(() => workbench);

  /** A command is not offered while a job of the project runs. */
  const run = async (title: string): Promise<void> => {
    await until(() => workbench.offersCommand(title), `${title} is offered`);
    await workbench.runCommand(title);
  };
  const classOf = (generator: string): unknown => {
    const { architecture } = decodeGenerator(readFileSync(generator), generator);
    return 'condition' in architecture ? architecture.condition?.chosen : undefined;
  };

  it('exports the data set in a format of the list, to a folder elsewhere', async () => {
    const target = join(home, 'elsewhere');
    mkdirSync(target);
    await run('DatasetGAN: Export Data Set');
    await workbench.question('In which format?').waitFor();
    await workbench.screenshot('dialog-export-format');
    await workbench.pick(/YOLO/);
    await workbench.pick('All Images');
    await workbench.pick('90/10');
    await workbench.pick('Another Folder…');
    await workbench.chooseFile(`${target}/`, 'Export Here');
    const out = join(target, 'painted-yolo');
    await until(() => existsSync(join(out, 'data.yaml')), 'the data set is exported');
    assert.deepEqual(readdirSync(join(out, 'images')).sort(), ['train', 'val']);
  });

  it('imports labels, asks which class an unknown number is, and before labels are replaced', async () => {
    const labels = join(home, 'masks');
    mkdirSync(labels);
    const file = join(workspace, 'samples', '000.dgan');
    const before = (await readSample(file)).labels;
    const changed = Uint8Array.from(before.data, (id, i) => (i < 64 * 8 ? 9 : id));
    writeFileSync(join(labels, '000.png'), encodeLabelPng({ ...before, data: changed }));

    await run('DatasetGAN: Import Labels');
    await workbench.chooseFile(`${labels}/`, 'Import');
    await workbench.question('The project has no class for 9').waitFor();
    await workbench.pick('Choose for Each');
    await workbench.question('Which class is 9?').waitFor();
    await workbench.screenshot('dialog-import-labels');
    await workbench.pick(/^eyes/);
    await workbench.press('Replace', 'other labels already');
    const eyes = 5;
    await until(async () => (await readSample(file)).labels.data[0] === eyes, 'the labels are on the sample');
    const after = (await readSample(file)).labels;
    assert.deepEqual(
      after.data,
      changed.map((id) => (id === 9 ? eyes : id)),
    );
  });

  it('imports a generator, asks for its class as it is conditional, and opens its samples', async () => {
    await run('DatasetGAN: Import Generator');
    await workbench.press('Replace', 'has a generator already');
    await workbench.chooseFile(join(checkpoints, conditional), 'Import');
    await workbench.question('Whose work is').waitFor();
    await workbench.answer('The tests, CC0');
    await workbench.question('images of 3 classes').waitFor();
    await workbench.type('3');
    await workbench.question('A whole number from 0 to 2').waitFor();
    await workbench.screenshot('dialog-class');
    await workbench.answer('2');
    await workbench.tab('generator.samples.png').waitFor();
    await workbench.shownImage().waitFor();
    await workbench.screenshot('dialog-sheet-of-samples');
    assert.equal(classOf(join(workspace, 'generator.onnx')), 2);
  });

  it('makes a project elsewhere with a checkpoint that is not conditional: no class is asked for', async () => {
    const folder = join(home, 'faces');
    mkdirSync(folder);
    await run('DatasetGAN: New Project');
    await workbench.chooseFile(`${folder}/`, 'Make Project Here');
    await workbench.question('Where do the images come from?').waitFor();
    await workbench.screenshot('dialog-new-project');
    await workbench.pick('A StyleGAN Checkpoint…');
    await workbench.chooseFile(join(checkpoints, unconditional), 'Import');
    await workbench.question('Whose work is').waitFor();
    await workbench.answer('');
    await workbench.question('Names of the classes').waitFor();
    await workbench.type('skin, hair, skin');
    await workbench.question('stands there twice').waitFor();
    await workbench.answer('background, skin');
    await until(() => existsSync(join(folder, 'generator.samples.png')), 'the generator is imported');
    const { settings } = await readProject(folder);
    assert.deepEqual(
      settings.classes.map(({ name }) => name),
      ['background', 'skin'],
    );
    assert.equal(classOf(join(folder, 'generator.onnx')), undefined);
    await until(
      async () =>
        (await workbench.page.locator('.tabs-container .tab', { hasText: 'generator.samples.png' }).count()) > 0,
      'its samples open',
    );
  });
});
