import { serveInteractive } from './interactive/serveInteractive.ts';
import { serveLabeller } from './labelling/serveLabeller.ts';
import { serveTrial } from './trial/serveTrial.ts';
import { serveJobs } from './serveJobs.ts';
import { RUNNERS } from './runners.ts';
import type { WorkerRole } from './workerEntry.ts';

// The child's entry (dist/worker.cjs). Its stacks, which come in reports of defects, speak of the sources.
process.setSourceMapsEnabled(true);
switch (process.argv[2] as WorkerRole | undefined) {
  case 'labeller':
    serveLabeller();
    break;
  case 'interactive':
    serveInteractive();
    break;
  case 'trial':
    serveTrial();
    break;
  default:
    serveJobs(RUNNERS);
}
