import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { readSample } from '../../src/dataset/dganFile.ts';
import { PROJECT_FILE, readProject } from '../../src/dataset/projectFile.ts';
import { ANNOTATOR_VIEW_TYPE, COMMANDS } from '../../src/vscode/ids.ts';
import type { Services } from '../../src/vscode/services.ts';
import { extensionId } from '../harness/repository.ts';

/** Answers to the next questions, in order; a question too much fails. */
class Person {
  readonly #before: Partial<typeof vscode.window> = { ...vscode.window };
  readonly asked: string[] = [];

  answers(...answers: readonly (string | number | undefined)[]): void {
    const rest = [...answers];
    const next = (question: string): string | number | undefined => {
      this.asked.push(question);
      assert.ok(rest.length > 0, `asked too much: ${question}`);
      return rest.shift();
    };
    Object.assign(vscode.window, {
      showInputBox: (options: vscode.InputBoxOptions) => {
        const answer = next(options.prompt ?? '');
        assert.equal(options.validateInput?.(String(answer)), undefined);
        return Promise.resolve(answer);
      },
      showQuickPick: async (items: Thenable<vscode.QuickPickItem[]>) => {
        const answer = next('pick');
        return (await items).find(({ label }) => label === answer);
      },
      showWarningMessage: (message: string, { detail }: vscode.MessageOptions) =>
        Promise.resolve(next(`${message} ${detail ?? ''}`)),
    });
  }

  restore(): void {
    const { showInputBox, showQuickPick, showWarningMessage } = this.#before;
    Object.assign(vscode.window, { showInputBox, showQuickPick, showWarningMessage });
  }
}

describe('projects and classes', () => {
  let services: Services;
  let home: string;
  let other: string;
  const person = new Person();

  const until = async (condition: () => unknown, within = 10_000): Promise<void> => {
    for (const end = Date.now() + within; !(await condition());) {
      assert.ok(Date.now() < end, `not so within ${within} ms: ${condition.toString()}`);
      await sleep(50);
    }
  };
  const otherFile = (): vscode.Uri => vscode.Uri.file(join(other, PROJECT_FILE));
  const problems = (): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(otherFile()).filter(({ source }) => source === 'DatasetGAN');

  before(async function () {
    this.timeout(60_000);
    const extension = vscode.extensions.getExtension<Services | undefined>(extensionId);
    services = (await extension!.activate())!;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    home = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
    other = join(home, 'other');
    await mkdir(other);
    for (const name of [PROJECT_FILE, 'generator.onnx', 'samples'])
      await cp(join(home, name), join(other, name), { recursive: true });
    await services.projects.refreshed();
    await until(() => services.projects.folders.includes(other));
  });
  afterEach(() => person.restore());
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(other, { recursive: true, force: true });
    await until(() => !services.projects.folders.includes(other));
  });

  it('finds every project of the workspace; the outermost is active at first', () => {
    assert.deepEqual(services.projects.folders, [home, other]);
    assert.equal(services.projects.activeFolder, home);
  });

  it('makes the nearest project of the active editor the active one, of samples too', async () => {
    await vscode.window.showTextDocument(otherFile());
    await until(() => services.projects.activeFolder === other);
    const sample = vscode.Uri.file(join(home, 'samples/001.dgan'));
    await vscode.commands.executeCommand('vscode.openWith', sample, ANNOTATOR_VIEW_TYPE);
    await until(() => services.projects.activeFolder === home);
    const inOther = vscode.Uri.file(join(other, 'samples/001.dgan'));
    assert.equal((await services.projects.projectOf(inOther))?.folder, other);
  });

  it('keeps a project that was chosen until an editor of another one becomes active', async () => {
    await services.projects.choose(other);
    assert.equal(services.projects.activeFolder, other);
    await services.projects.refreshed();
    assert.equal(services.projects.activeFolder, other, 'the editor that was open already took it back');
    await vscode.window.showTextDocument(vscode.Uri.file(join(home, 'README.md')));
    await until(() => services.projects.activeFolder === home);
  });

  it('shows a mistake in a project file at its place, as it is in the editor, and takes it away again', async () => {
    const document = await vscode.workspace.openTextDocument(otherFile());
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('"#ffcda0"'));
    const wrong = new vscode.Range(at, at.translate(0, '"#ffcda0"'.length));
    await editor.edit((edit) => edit.replace(wrong, '"skin"'));
    await until(() => problems().length === 1);
    const [problem] = problems();
    assert.match(problem!.message, /classes\[1\]\.colour.*#rrggbb/);
    assert.equal(document.getText(problem!.range), '"skin"');
    await vscode.commands.executeCommand('undo');
    await until(() => problems().length === 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('points at the place where the JSON breaks, and goes on without the project', async () => {
    const good = await readFile(otherFile().fsPath, 'utf8');
    await services.projects.choose(other);
    await writeFile(otherFile().fsPath, good.replace('"classes": [', '"classes": '));
    await until(() => services.projects.problem !== undefined && problems().length === 1);
    assert.equal(services.projects.active, undefined);
    assert.ok(problems()[0]!.range.start.line > 1);
    await writeFile(otherFile().fsPath, good);
    await until(() => services.projects.active !== undefined && problems().length === 0);
  });

  it('adds, renames and deletes classes; the answers say how much is concerned', async () => {
    await services.projects.choose(other);
    person.answers('hat');
    const adding = vscode.commands.executeCommand(COMMANDS.addClass);
    await sleep(1000);
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await adding;
    let { settings } = await readProject(other);
    assert.deepEqual(
      settings.classes.map(({ name }) => name),
      ['background', 'skin', 'hair', 'clothes', 'mouth', 'eyes', 'eyebrows', 'beard', 'hat'],
    );
    person.answers('cap');
    await vscode.commands.executeCommand(COMMANDS.renameClass, { id: 8 });
    assert.equal((await readProject(other)).settings.classes[8]?.name, 'cap');

    person.answers('Delete');
    await vscode.commands.executeCommand(COMMANDS.deleteClass, 8);
    ({ settings } = await readProject(other));
    assert.equal(settings.classes.length, 8);
    assert.equal(settings.nextClassId, 9, 'the id would be given away again');
    assert.match(person.asked.at(-1)!, /Delete the class "cap"\? 0 pixels in 0 samples/);
  });

  it('merges a class into another in all samples, and leaves everything when the person would rather not', async () => {
    await services.projects.choose(other);
    person.answers('eyes', undefined);
    await vscode.commands.executeCommand(COMMANDS.mergeClass, { id: 6 });
    assert.equal((await readProject(other)).settings.classes.length, 8);

    const path = join(other, 'samples/003.dgan');
    const before = (await readSample(path)).labels.data;
    person.answers('eyes', 'Merge');
    await vscode.commands.executeCommand(COMMANDS.mergeClass, { id: 6 });
    assert.match(person.asked.at(-1)!, /Merge "eyebrows" into "eyes"\? [\d,]+ pixels in \d+ samples/);
    assert.ok(!(await readProject(other)).settings.classes.some(({ id }) => id === 6));
    const after = (await readSample(path)).labels.data;
    assert.deepEqual(
      after,
      before.map((id) => (id === 6 ? 5 : id)),
    );
  });

  it('does not write over unsaved changes of the project file in an editor', async () => {
    const document = await vscode.workspace.openTextDocument(otherFile());
    const editor = await vscode.window.showTextDocument(document);
    const onDisk = await readFile(otherFile().fsPath, 'utf8');
    await until(() => document.getText() === onDisk);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 1), '\n'));
    person.answers(undefined);
    await vscode.commands.executeCommand(COMMANDS.renameClass, { id: 1 });
    assert.ok(document.isDirty);
    assert.equal(services.projects.activeFolder, other);
    person.answers('Save and Continue', 'face');
    await vscode.commands.executeCommand(COMMANDS.renameClass, { id: 1 });
    assert.equal((await readProject(other)).settings.classes[1]?.name, 'face');
  });
});
