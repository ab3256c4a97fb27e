import { serveJobs } from './serveJobs.ts';
import { RUNNERS } from './runners.ts';

// The child's entry (dist/worker.cjs). Its stacks, which come in reports of defects, speak of the sources.
process.setSourceMapsEnabled(true);
serveJobs(RUNNERS);
