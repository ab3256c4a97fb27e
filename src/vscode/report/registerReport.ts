import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { messageOf, UserError } from '../../base/userError.ts';
import { requireProject } from '../commands/requireProject.ts';
import { COMMANDS, REPORT_VIEW_TYPE } from '../ids.ts';
import type { Disposable, Services } from '../services.ts';
import { showingErrors } from '../showError.ts';
import { reportPageForWebview } from './reportPage.ts';

/** A data set's folder, as the gallery and tree items name it. */
const argumentSchema = z.object({ folder: z.string().min(1) });

/** Makes the report of a data set anew and shows it beside nothing else: it is one page without scripts. */
export function registerReport({ log, projects, jobs }: Services): Disposable {
  /** By the file that they show. */
  const panels = new Map<string, vscode.WebviewPanel>();

  const show = async (argument?: unknown): Promise<void> => {
    const dataset = argumentSchema.safeParse(argument).data?.folder;
    const project =
      (dataset === undefined ? undefined : await projects.projectOf(vscode.Uri.file(dataset))) ??
      (await requireProject(projects));
    const { out } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Writing the report') },
      async () => {
        const { result } = await jobs.start(
          { job: 'report', options: dataset === undefined ? {} : { dataset } },
          { project: project.folder, quiet: true },
        );
        return result;
      },
    );
    const text = await readFile(out, 'utf8').catch((error: unknown) => {
      throw new UserError(vscode.l10n.t('Could not read {0}: {1}.', out, messageOf(error)), { cause: error });
    });
    const page = reportPageForWebview(text, out);
    let panel = panels.get(out);
    if (panel) panel.reveal();
    else {
      panel = vscode.window.createWebviewPanel(REPORT_VIEW_TYPE, '', vscode.ViewColumn.Active, {
        enableScripts: false,
        localResourceRoots: [],
        enableFindWidget: true,
      });
      panels.set(out, panel);
      panel.onDidDispose(() => panels.delete(out));
    }
    panel.title = vscode.l10n.t('Report: {0}', basename(dirname(out)));
    panel.webview.html = page;
  };

  const openInBrowser = async (): Promise<void> => {
    const path = [...panels].find(([, panel]) => panel.active)?.[0];
    if (path === undefined) throw new UserError(vscode.l10n.t('There is no report open.'));
    const opened =
      vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop
        ? await vscode.env.openExternal(vscode.Uri.file(path))
        : false;
    // The browser's machine does not have the file.
    if (!opened)
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The report is the file {0}: download it to open it in a browser.', path),
      );
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand(COMMANDS.showReport, showingErrors(log, show)),
    vscode.commands.registerCommand(COMMANDS.openReport, showingErrors(log, openInBrowser)),
    new vscode.Disposable(() => {
      for (const panel of [...panels.values()]) panel.dispose();
    }),
  );
}
