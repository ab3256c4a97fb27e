import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';
import { jsonPlace, type JsonPlace, type TextRange } from '../../dataset/jsonPlace.ts';
import { parseProject, PROJECT_FILE, projectPaths } from '../../dataset/projectFile.ts';
import type { Disposable, Services } from '../services.ts';
import { fileProblem } from '../tasks/problemLine.ts';

const SETTLE_MS = 300;

/** Shows in the Problems panel what is wrong with project files, as they are on disk or in an editor, and samples that can't be read. */
export function registerDiagnostics({ projects, samples, log }: Services): Disposable {
  const ofProjects = vscode.languages.createDiagnosticCollection('datasetgan-project');
  const ofSamples = vscode.languages.createDiagnosticCollection('datasetgan-samples');
  let timer: NodeJS.Timeout | undefined;
  let round = 0;

  const refresh = async (): Promise<void> => {
    const thisRound = ++round;
    const folders = new Set(projects.folders);
    if (projects.activeFolder !== undefined) folders.add(projects.activeFolder);
    const found = await Promise.all(
      [...folders].map(async (folder): Promise<[vscode.Uri, vscode.Diagnostic[]]> => {
        const file = vscode.Uri.file(join(folder, PROJECT_FILE));
        const text = await textOf(file);
        return [file, text === undefined ? [] : problemsOf(folder, text)];
      }),
    );
    if (thisRound !== round) return;
    ofProjects.clear();
    ofProjects.set(found);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      refresh().catch((error: unknown) => log.error(`Diagnostics: ${messageOf(error)}`));
    }, SETTLE_MS);
  };
  const showSamples = (): void => {
    ofSamples.clear();
    for (const { path, problem } of samples.unreadable)
      ofSamples.set(vscode.Uri.file(path), [diagnostic(new vscode.Range(0, 0, 0, 0), sentenceOf(problem))]);
  };
  const ifProject = ({ uri }: vscode.TextDocument): void => {
    if (basename(uri.path) === PROJECT_FILE) soon();
  };

  soon();
  showSamples();
  const listeners = [
    projects.onDidChange(soon),
    samples.onDidChange(() => {
      showSamples();
      // The generator may have come or gone with them.
      soon();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => ifProject(document)),
    vscode.workspace.onDidCloseTextDocument(ifProject),
  ];
  return new vscode.Disposable(() => {
    round = -1;
    clearTimeout(timer);
    ofProjects.dispose();
    ofSamples.dispose();
    for (const listener of listeners) listener.dispose();
  });
}

/** As it stands in an editor, else on disk. */
async function textOf(file: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  return open ? open.getText() : readFile(file.fsPath, 'utf8').catch(() => undefined);
}

function problemsOf(folder: string, text: string): vscode.Diagnostic[] {
  try {
    const { generator } = projectPaths(parseProject(folder, text));
    if (existsSync(generator)) return [];
    const place = jsonPlace(text, 'generator.path');
    const message = vscode.l10n.t('There is no file {0}: "DatasetGAN: Import Generator" makes one.', generator);
    return [diagnostic(rangeIn(text, place.value), message, vscode.DiagnosticSeverity.Warning)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [diagnostic(placeOfProblem(text, error.message), sentenceOf(error.message))];
  }
}

function placeOfProblem(text: string, sentence: string): vscode.Range {
  const problem = fileProblem(sentence);
  if (problem?.place) {
    const { line, column } = problem.place;
    return new vscode.Range(line - 1, column - 1, line - 1, column);
  }
  if (problem?.key === undefined) return new vscode.Range(0, 0, 0, 1);
  return rangeIn(text, marked(jsonPlace(text, problem.key)));
}

/** What is underlined: a key that is too much or lacks something; else the wrong value, when it is short. */
function marked({ key, value, found }: JsonPlace): TextRange {
  return key && (!found || value.end - value.start > 80) ? key : value;
}

function rangeIn(text: string, { start, end }: TextRange): vscode.Range {
  const position = (offset: number): vscode.Position => {
    const before = text.slice(0, offset).split('\n');
    return new vscode.Position(before.length - 1, before.at(-1)!.length);
  };
  return new vscode.Range(position(start), position(end));
}

/** Without the file's name, beside which the panel shows it. */
function sentenceOf(problem: string): string {
  return fileProblem(problem)?.message ?? problem;
}

function diagnostic(
  range: vscode.Range,
  message: string,
  severity = vscode.DiagnosticSeverity.Error,
): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, message, severity);
  made.source = 'DatasetGAN';
  return made;
}
