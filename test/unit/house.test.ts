import assert from 'node:assert/strict';

import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

describe('the house', () => {
  it('has no circle of imports', async () => {
    const { metafile } = await build({
      entryPoints: [join(root, 'src/cli.ts'), join(root, 'src/jobs/worker.ts')],
      bundle: true,
      write: false,
      metafile: true,
      outdir: 'nowhere',
      platform: 'node',
      format: 'esm',
      packages: 'external',
      absWorkingDir: root,
      logLevel: 'error',
    });
    const open = new Set<string>();
    const closed = new Set<string>();
    const visit = (file: string, way: readonly string[]): void => {
      assert.ok(!open.has(file), `a circle: ${[...way.slice(way.indexOf(file)), file].join(' → ')}`);
      if (closed.has(file)) return;
      open.add(file);
      for (const { path, external } of metafile.inputs[file]?.imports ?? []) {
        if (external !== true && path.startsWith('src/')) visit(path, [...way, file]);
      }
      open.delete(file);
      closed.add(file);
    };
    for (const file of Object.keys(metafile.inputs)) visit(file, []);
    assert.ok(closed.size > 100, 'the whole house was walked through');
  });
});
