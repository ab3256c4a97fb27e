import { join } from 'node:path';

export interface SuiteOptions {
  readonly grep?: string;
}

export interface SuiteStats {
  readonly tests: number;
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

/** How the suite in the extension host tells the runner outside what it found. */
export function resultFiles(folder: string) {
  return {
    /** What the reporter printed so far. */
    output: join(folder, 'output.txt'),
    /** {@link SuiteStats}, written once all tests have run. */
    stats: join(folder, 'stats.json'),
    /** One regular expression per line: errors in the logs that a test provoked on purpose. */
    expectedErrors: join(folder, 'expected-errors.txt'),
  };
}
