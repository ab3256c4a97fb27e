import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { newestDataSet } from '../../dataset/newestDataSet.ts';
import { projectPaths } from '../../dataset/projectFile.ts';
import { galleryStateSchema } from '../../messages/galleryMessages.ts';
import { requireProject } from '../commands/requireProject.ts';
import { COMMANDS, GALLERY_VIEW_TYPE } from '../ids.ts';
import type { Disposable, Services } from '../services.ts';
import { showingErrors } from '../showError.ts';
import { annotateImage, imageArgumentSchema } from './annotateImage.ts';
import { GalleryPanel, type GalleryHost } from './galleryPanel.ts';

/** A data set's folder, alone or as a tree item's `folder`; with an image of it. */
const argumentSchema = z.union([
  z.string().min(1),
  z.object({ folder: z.string().min(1), id: z.int().min(0).optional() }),
]);

/** The gallery panel, its commands, and that it comes back when the window is loaded again. */
export function registerGallery(services: Services): Disposable {
  const { log, projects, reader } = services;
  const panels = new Set<GalleryPanel>();
  const host: GalleryHost = {
    services,
    annotate: (folder, id) => annotateImage(services, { folder, id }),
    showReport: async (folder) => {
      await vscode.commands.executeCommand(COMMANDS.showReport, { folder });
    },
    chooseDataSet: async (folder) => {
      const project = (await projects.projectOf(vscode.Uri.file(folder))) ?? (await requireProject(projects));
      const found = await reader.ask('listDataSets', projectPaths(project).dataSets);
      const chosen = await vscode.window.showQuickPick(
        found.map((each) => ({
          label: basename(each.folder),
          description: each.folder === folder ? vscode.l10n.t('shown now') : new Date(each.modified).toLocaleString(),
          folder: each.folder,
        })),
        { title: vscode.l10n.t('Show a Data Set in the Gallery') },
      );
      return chosen?.folder;
    },
    closed: (panel) => panels.delete(panel),
  };
  const add = (panel: vscode.WebviewPanel, folder: string): GalleryPanel => {
    const gallery = new GalleryPanel(panel, folder, host);
    panels.add(gallery);
    return gallery;
  };

  const show = async (argument?: unknown): Promise<void> => {
    const asked = argumentSchema.safeParse(argument instanceof vscode.Uri ? argument.fsPath : argument).data;
    const folder =
      (typeof asked === 'string' ? asked : asked?.folder) ??
      (await newestDataSet(projectPaths(await requireProject(projects)).dataSets));
    let gallery = [...panels].find((each) => each.folder === folder);
    if (gallery) gallery.panel.reveal();
    else
      gallery = add(
        vscode.window.createWebviewPanel(GALLERY_VIEW_TYPE, basename(folder), vscode.ViewColumn.Active),
        folder,
      );
    if (typeof asked === 'object' && asked.id !== undefined) gallery.reveal(asked.id);
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand(COMMANDS.showGallery, showingErrors(log, show)),
    vscode.commands.registerCommand(
      COMMANDS.annotateImage,
      showingErrors(log, (argument) => annotateImage(services, imageArgumentSchema.parse(argument))),
    ),
    vscode.window.registerWebviewPanelSerializer(GALLERY_VIEW_TYPE, {
      deserializeWebviewPanel: (panel, state) => {
        const saved = galleryStateSchema.safeParse(state);
        // Without a folder there is nothing to come back to.
        if (saved.success) add(panel, saved.data.folder);
        else panel.dispose();
        return Promise.resolve();
      },
    }),
    new vscode.Disposable(() => {
      for (const panel of [...panels]) panel.dispose();
    }),
  );
}
