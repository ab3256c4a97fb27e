import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import type { Project } from '../../dataset/projectFile.ts';
import type { Projects } from '../services.ts';

/** @throws UserError when there is no active project, or its file is wrong. */
export async function requireProject(projects: Projects): Promise<Project> {
  const project = await projects.refreshed();
  if (project) return project;
  throw new UserError(
    projects.problem ??
      vscode.l10n.t(
        'There is no project open: "DatasetGAN: New Project" makes one, "DatasetGAN: Open Sample Project" brings one.',
      ),
  );
}
