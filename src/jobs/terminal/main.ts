import { CommanderError } from 'commander';
import type { WorkerEntry } from '../workerEntry.ts';
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { program } from './program.ts';
import { printError, printUsageError, runInTerminal } from './runInTerminal.ts';

export interface MainOptions {
  readonly version: string;
  /** Where defects are reported. */
  readonly bugs: string;
  /** For tests: another worker. */
  readonly worker?: WorkerEntry;
}

/** The command `dgan`: reads the process's arguments, runs the job, sets the exit code. */
export async function main({ version, bugs, worker }: MainOptions): Promise<void> {
  // `dgan … | head` closes our output while we still write.
  process.stdout.on('error', () => process.exit(EXIT.error));
  try {
    await program(version, (request, options) =>
      runInTerminal(request, worker === undefined ? options : { ...options, worker }),
    ).parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    const json = process.argv.includes('--json');
    // Commander has printed its own errors, and help, already; a machine gets them on stdout too.
    if (!(error instanceof CommanderError)) printError(error, json, bugs);
    else if (json && error.exitCode !== 0) printUsageError(error.message);
  }
}
