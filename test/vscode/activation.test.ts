import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import { ANNOTATOR_COMMANDS, COMMANDS } from '../../src/vscode/ids.ts';
import { extensionId } from '../harness/repository.ts';

describe('activation', () => {
  before(async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension, `${extensionId} is not installed`);
    await extension.activate();
  });

  it('registers every command of the table', async () => {
    const registered = new Set(await vscode.commands.getCommands());
    const missing = [...Object.values(COMMANDS), ...ANNOTATOR_COMMANDS].filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  it('loads no onnxruntime in the extension host', () => {
    const modules = Object.keys(createRequire(__filename).cache);
    assert.deepEqual(
      modules.filter((path) => path.includes('onnxruntime')),
      [],
    );
    const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
    assert.ok(sharedObjects.length > 0);
    assert.deepEqual(
      sharedObjects.filter((path) => /onnxruntime/i.test(path)),
      [],
    );
  });
});
