import * as vscode from 'vscode';
import { COMMANDS } from '../ids.ts';
import type { Disposable, Services } from '../services.ts';
import { showingErrors } from '../showError.ts';
import { chooseProject } from './chooseProject.ts';
import { chooseProvider } from './chooseProvider.ts';
import { exportDataSet } from './exportDataSet.ts';
import { exportFactory } from './exportFactory.ts';
import { generateDataSet } from './generateDataSet.ts';
import { generateSamples } from './generateSamples.ts';
import { importGenerator } from './importGenerator.ts';
import { importLabels } from './importLabels.ts';
import { newProject } from './newProject.ts';
import { openSampleProject } from './openSampleProject.ts';
import { stopJob } from './stopJob.ts';
import { trainInterpreter } from './trainInterpreter.ts';

type Body = (services: Services, argument?: unknown) => unknown;

const bodies = {
  newProject,
  openSampleProject,
  chooseProject,
  importGenerator,
  importLabels,
  generateSamples,
  trainInterpreter,
  generateDataSet,
  stopJob,
  exportDataSet,
  exportFactory,
  chooseProvider,
  showLog: ({ log }) => log.show(),
} satisfies Partial<Record<keyof typeof COMMANDS, Body>>;

export function registerCommands(services: Services): Disposable {
  const registered = Object.entries(bodies).map(([name, body]: [string, Body]) =>
    vscode.commands.registerCommand(
      COMMANDS[name as keyof typeof bodies],
      showingErrors(services.log, (argument?: unknown) => body(services, argument)),
    ),
  );
  return vscode.Disposable.from(...registered);
}
