import { definitionOf, type JobOptions } from '../../src/jobs/jobTable.ts';
import { run } from '../../src/jobs/run/import.ts';
import type { ImportMeasured } from './importing.ts';

const [checkpoint, option] = process.argv.slice(2);
const start = performance.now();
const options = definitionOf('import').options.parse({
  checkpoint,
  out: `${checkpoint}.onnx`,
  withoutSamples: option === '--without-samples',
}) as JobOptions<'import'>;
await run(options, {
  project: undefined,
  signal: new AbortController().signal,
  compute: { provider: 'cpu' },
  progress: () => undefined,
  log: () => undefined,
  provider: () => undefined,
});
const measured: ImportMeasured = {
  seconds: (performance.now() - start) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.send?.(measured, () => process.disconnect());
