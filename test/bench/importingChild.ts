import { definitionOf, type JobOptions, type JobResult } from '../../src/jobs/jobTable.ts';
import { run } from '../../src/jobs/run/import.ts';
import type { ImportMeasured } from './importing.ts';

const [checkpoint, option] = process.argv.slice(2);
const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const options = definitionOf('import').options.parse({
  checkpoint,
  out: `${checkpoint}.onnx`,
  withoutSamples: option === '--without-samples',
}) as JobOptions<'import'>;
const start = processorSeconds();
let written = start;
const { seconds, samples }: JobResult<'import'> = await run(options, {
  project: undefined,
  signal: new AbortController().signal,
  compute: { provider: 'cpu' },
  progress: () => undefined,
  standing: () => (written = processorSeconds()),
  log: () => undefined,
  provider: () => undefined,
});
const measured: ImportMeasured = {
  seconds,
  sheet: samples && {
    seconds: samples.seconds,
    processorSeconds: processorSeconds() - written,
  },
  processorSeconds: (samples ? written : processorSeconds()) - start,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.send?.(measured, () => process.disconnect());
