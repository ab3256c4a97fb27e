import type { Workbench } from './workbench.ts';

/** After a test that failed, a picture of the workbench in out/screenshots/failures. */
export function keepFailurePictures(workbench: () => Workbench | undefined): void {
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = test.fullTitle().replace(/[^\w]+/g, '-');
    await workbench()
      ?.screenshot(`failures/${name}`)
      .catch(() => undefined); // the page may be gone
  });
}
