import { Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { definitionOf, JOB_NAMES, type JobName, type RequestFor } from '../jobTable.ts';
import { computeSchema, type Compute } from '../protocol.ts';
import { EXIT_CODES_HELP } from './exitCodes.ts';
import { addOptions, optionsFrom } from './optionsFromSchema.ts';
import type { TerminalOptions } from './runInTerminal.ts';

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly project?: string;
  readonly provider: Compute['provider'];
  readonly threads?: number;
  readonly ort?: string;
}

/** The command line, made of the table of jobs: `dgan <job> …`. Commander's errors are thrown, not exited with. */
export function program(
  version: string,
  run: (request: RequestFor<JobName>, options: TerminalOptions) => Promise<void>,
): Command {
  const root = new Command('dgan')
    .description('DatasetGAN: an endless labelled data set from a StyleGAN and about sixteen labelled samples.')
    .version(version, '-v, --version')
    .option('--json', 'print one JSON object per line: progress, log, result or error')
    .option('--quiet', 'print the result only')
    .option(
      '--project <folder>',
      'the project (else the nearest folder with datasetgan.json, upwards from here)',
      (text) => resolve(text),
    )
    .addOption(
      new Option('--provider <name>', 'what to compute on')
        .choices(computeSchema.shape.provider.options)
        .default('auto'),
    )
    .option('--threads <n>', 'threads on the CPU (else all cores)', threads)
    .option('--ort <folder>', "folder with onnxruntime's provider libraries and what they need", (text) =>
      resolve(text),
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `\n${EXIT_CODES_HELP}`)
    .showHelpAfterError('(--help shows what can be given)')
    .exitOverride();

  for (const name of JOB_NAMES) {
    const definition = definitionOf(name);
    const command = root.command(name, { hidden: definition.hidden === true }).description(definition.summary);
    addOptions(command, definition);
    command.action(async () => {
      const global = root.opts<GlobalOptions>();
      const request = { job: name, options: optionsFrom(command, definition) } as RequestFor<JobName>;
      await run(request, {
        json: global.json === true,
        quiet: global.quiet === true,
        project: global.project,
        compute: {
          provider: global.provider,
          ...(global.threads === undefined ? {} : { threads: global.threads }),
          ...(global.ort === undefined ? {} : { ort: global.ort }),
        },
      });
    });
  }
  return root;
}

function threads(text: string): number {
  const parsed = computeSchema.shape.threads.safeParse(text.trim() === '' ? NaN : Number(text));
  if (!parsed.success) throw new InvalidArgumentError('Give a whole number from 1 on.');
  return parsed.data;
}
