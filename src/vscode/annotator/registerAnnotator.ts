import * as vscode from 'vscode';
import { UserError } from '../../base/userError.ts';
import type { SampleStatus } from '../../dataset/sample.ts';
import { ANNOTATOR_ACTION_NAMES, commandOf } from '../../messages/annotatorActions.ts';
import { pathOf } from '../commandArguments.ts';
import { COMMANDS } from '../ids.ts';
import type { Disposable, Services } from '../services.ts';
import { showingErrors } from '../showError.ts';
import { AnnotatorProvider, registerProvider } from './annotatorProvider.ts';
import type { OpenSampleDocuments } from './openSamples.ts';
import { setStatusOfFile } from './setStatus.ts';

/** The editor of `.dgan` files and the commands that work on it. */
export function registerAnnotator(services: Services, documents: OpenSampleDocuments): Disposable {
  const provider = new AnnotatorProvider(services, documents);
  const command = (id: string, body: (argument?: unknown) => unknown): Disposable =>
    vscode.commands.registerCommand(id, showingErrors(services.log, body));
  const setStatus =
    (status: SampleStatus) =>
    async (argument?: unknown): Promise<void> => {
      const path = pathOf(argument);
      const active = provider.activeView;
      if (path !== undefined) await setStatusOfFile(documents, path, status);
      else if (active) active.document.setStatus(status);
      else throw new UserError(vscode.l10n.t('Open a sample first.'));
    };
  return vscode.Disposable.from(
    provider,
    registerProvider(provider),
    ...ANNOTATOR_ACTION_NAMES.map((action) => command(commandOf(action), () => provider.activeView?.act(action))),
    command(COMMANDS.annotateNextUnreviewed, () => provider.go('nextUnreviewed', provider.activeView)),
    command(COMMANDS.annotateNextUncertain, () => provider.go('nextUncertain', provider.activeView)),
    command(COMMANDS.markReviewed, setStatus('reviewed')),
    command(COMMANDS.discardSample, setStatus('discarded')),
    command(COMMANDS.restoreSample, setStatus('open')),
    command(COMMANDS.predictLabels, () => {
      const active = provider.activeView;
      if (!active) throw new UserError(vscode.l10n.t('Open a sample first: the prediction is a layer over it.'));
      active.act('prediction');
    }),
  );
}
