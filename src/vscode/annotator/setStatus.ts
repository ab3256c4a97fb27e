import * as vscode from 'vscode';
import { writeFileWhole } from '../../base/atomicFile.ts';
import { UserError } from '../../base/userError.ts';
import { decodeSampleWithPng, encodeSampleWithPng, readSampleBytes } from '../../dataset/dganFile.ts';
import type { SampleStatus } from '../../dataset/sample.ts';
import type { SampleDocument } from './sampleDocument.ts';
import type { OpenSampleDocuments } from './openSamples.ts';

/** Sets the status of a sample's file: in its open document, which is saved when there was nothing else to save, or on disk. */
export async function setStatusOfFile(
  documents: OpenSampleDocuments,
  path: string,
  status: SampleStatus,
): Promise<void> {
  const open = documents.at(path);
  if (open && open.problem === undefined) return setStatusOfDocument(open, status);
  const sample = decodeSampleWithPng(await readSampleBytes(path), path);
  if (sample.manifest.status === status) return;
  await writeFileWhole(path, encodeSampleWithPng({ ...sample, manifest: { ...sample.manifest, status } }));
}

async function setStatusOfDocument(document: SampleDocument, status: SampleStatus): Promise<void> {
  if (!document.canEdit) throw new UserError(vscode.l10n.t('{0} is read-only.', document.name));
  const { unsaved } = document;
  document.setStatus(status);
  if (unsaved) return;
  await vscode.workspace.save(document.uri);
  // Of a document that was open in two editors at once VS Code keeps a copy after both are closed, which it does not save.
  if (document.unsaved) await document.save();
}
