import { Workbench } from './workbench.ts';
import { keepFailurePictures } from './failurePictures.ts';

describe('the DatasetGAN loop, as a person would', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench.close());
  keepFailurePictures(() => workbench);

  it('shows the sample project in the side bar', async () => {
    await workbench.showDatasetgan();
    await workbench.screenshot('project');
  });

  it('opens a sample', async () => {
    await workbench.openFile('samples/003.dgan');
    await workbench.screenshot('editor');
  });
});
