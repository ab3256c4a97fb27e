import { join } from 'node:path';
import * as vscode from 'vscode';
import { ModelFacts } from '../project/modelFacts.ts';
import { ProjectFiles } from '../project/projectFiles.ts';
import type { Services } from '../services.ts';
import { ThumbnailCache } from '../thumbnails/thumbnailCache.ts';
import { createDataSetView } from './dataSetView.ts';
import { createJobsView } from './jobsView.ts';
import { createProjectView, type ViewParts } from './projectView.ts';
import { createUncertaintyView } from './uncertaintyView.ts';

/** The four views of the activity bar. */
export function registerViews(services: Services): vscode.Disposable {
  const { context, projects, jobs, reader, log } = services;
  const storage = context.storageUri ?? context.globalStorageUri;
  const files = new ProjectFiles(projects, jobs);
  const thumbnails = new ThumbnailCache(join(storage.fsPath, 'thumbnails'), reader, log);
  const parts: ViewParts = { services, files, models: new ModelFacts(), thumbnails };
  return vscode.Disposable.from(
    files,
    thumbnails,
    createProjectView(parts),
    createJobsView(parts),
    createDataSetView(parts),
    createUncertaintyView(parts),
  );
}
