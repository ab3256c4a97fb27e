import * as vscode from 'vscode';
import { messageOf } from './base/userError.ts';
import { OpenSampleDocuments } from './vscode/annotator/openSamples.ts';
import { registerAnnotator } from './vscode/annotator/registerAnnotator.ts';
import { registerClassCommands } from './vscode/classes/classCommands.ts';
import { registerCommands } from './vscode/commands/registerCommands.ts';
import { registerGallery } from './vscode/gallery/registerGallery.ts';
import { JobService } from './vscode/jobs/jobService.ts';
import { registerJobStatus } from './vscode/jobs/jobStatusBar.ts';
import { onJobStep } from './vscode/jobs/jobSteps.ts';
import { PredictorService } from './vscode/jobs/predictorService.ts';
import { registerContextKeys } from './vscode/project/contextKeys.ts';
import { registerDiagnostics } from './vscode/project/diagnostics.ts';
import { WorkspaceProjects } from './vscode/project/projects.ts';
import { createSamples } from './vscode/project/samples.ts';
import { ReaderThread } from './vscode/reader/readerThread.ts';
import { registerReport } from './vscode/report/registerReport.ts';
import type { Disposable, Services } from './vscode/services.ts';
import { registerTasks } from './vscode/tasks/registerTasks.ts';
import { registerViews } from './vscode/views/registerViews.ts';

/**
 * Composes the extension. In tests it gives the parts away.
 * @param asked when VS Code asked for it, of `performance.now()`
 */
export function activate(context: vscode.ExtensionContext, asked: number): Services | undefined {
  const log = vscode.window.createOutputChannel('DatasetGAN', { log: true });
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  own(log);

  const projects = own(new WorkspaceProjects(context.workspaceState, log));
  const reader = own(new ReaderThread(context.asAbsolutePath('dist/reader.cjs')));
  const samples = own(createSamples(projects, reader, log));
  const jobs = own(new JobService(projects, log));
  own(
    onJobStep(jobs, ({ ended }) => {
      if (ended) samples.refreshed().catch((error: unknown) => log.error(`Reading the samples: ${messageOf(error)}`));
    }),
  );
  const openSamples = own(new OpenSampleDocuments());
  const predictor = own(new PredictorService(projects, jobs, log));
  const services: Services = { context, log, projects, samples, jobs, predictor, openSamples, reader };

  // One part that fails must not take the others with it.
  const parts = {
    registerContextKeys,
    registerDiagnostics,
    registerCommands,
    registerClassCommands,
    registerViews,
    registerJobStatus,
    registerTasks,
    registerGallery,
    registerReport,
    registerAnnotator: (all: Services) => registerAnnotator(all, openSamples),
  } satisfies Record<string, (services: Services) => Disposable>;
  for (const [name, register] of Object.entries(parts)) {
    try {
      own(register(services));
    } catch (error) {
      log.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
    }
  }
  log.info(`All parts stand ${(performance.now() - asked).toFixed(0)} ms after VS Code asked for them.`);
  return context.extensionMode === vscode.ExtensionMode.Test ? services : undefined;
}
