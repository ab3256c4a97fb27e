import * as vscode from 'vscode';
import type { JobResult } from '../../jobs/jobTable.ts';
import { SETTINGS } from '../ids.ts';
import type { Services } from '../services.ts';
import { showError } from '../showError.ts';

interface ProviderItem extends vscode.QuickPickItem {
  /** Undefined: can't be chosen here. */
  readonly provider?: string;
}

/** Tries every execution provider of this machine, shows which work and why the others do not, and writes the setting. */
export async function chooseProvider({ jobs, log }: Services): Promise<void> {
  const picker = vscode.window.createQuickPick<ProviderItem>();
  picker.title = vscode.l10n.t('Choose Execution Provider');
  picker.placeholder = vscode.l10n.t('Trying what this machine has…');
  picker.matchOnDetail = true;
  picker.busy = true;
  // Trying may take a while; the answer shall still be there.
  picker.ignoreFocusOut = true;
  const open: { shown: boolean; stop?: () => void } = { shown: true };
  const chosen = new Promise<ProviderItem | undefined>((resolve) => {
    picker.onDidAccept(() => {
      const [item] = picker.selectedItems;
      if (item?.provider === undefined) return;
      resolve(item);
      picker.hide();
    });
    picker.onDidHide(() => {
      open.shown = false;
      open.stop?.();
      resolve(undefined);
    });
  });
  picker.show();
  try {
    const probe = await jobs.start(
      { job: 'doctor', options: {} },
      { project: undefined, quiet: true, provider: 'auto' },
    );
    open.stop = () => probe.stop();
    // Closed meanwhile.
    if (!open.shown) probe.stop();
    void probe.result.then(
      (found) => {
        delete open.stop;
        if (!open.shown) return;
        picker.items = itemsOf(found);
        picker.busy = false;
        picker.placeholder = vscode.l10n.t('What shall models be computed on?');
      },
      (error: unknown) => {
        if (open.shown) showError(log, error);
        picker.hide();
      },
    );
    const item = await chosen;
    if (item?.provider !== undefined) await write(item.provider);
  } finally {
    picker.dispose();
  }
}

function itemsOf({ tried, advice, chosen }: JobResult<'doctor'>): readonly ProviderItem[] {
  const current = vscode.workspace.getConfiguration('datasetgan').get<string>(SETTINGS.provider, 'auto');
  const mark = (provider: string): string => (provider === current ? '$(check) ' : '');
  const fastest = tried.find(({ provider }) => provider === chosen)?.label ?? chosen;
  const there = tried.filter(({ outcome }) => outcome === 'chosen' || outcome === 'slower');
  const absent = tried.filter(({ outcome }) => outcome !== 'chosen' && outcome !== 'slower');
  return [
    {
      label: `${mark('auto')}${vscode.l10n.t('Automatic')}`,
      description: vscode.l10n.t('now: {0}', fastest),
      detail: vscode.l10n.t('The fastest that works on the machine at hand.'),
      provider: 'auto',
    },
    ...there.map(({ provider, label, detail }) => ({ label: `${mark(provider)}${label}`, detail, provider })),
    ...(absent.length === 0 ? [] : [{ label: vscode.l10n.t('Not here'), kind: vscode.QuickPickItemKind.Separator }]),
    ...absent.map(({ label, outcome, detail }) => ({
      label: `$(circle-slash) ${label}`,
      description: outcome,
      detail,
    })),
    ...(advice.length === 0
      ? []
      : [{ label: vscode.l10n.t('To get something faster'), kind: vscode.QuickPickItemKind.Separator }]),
    ...advice.map((step) => ({ label: `$(lightbulb) ${step}` })),
  ];
}

async function write(provider: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration('datasetgan');
  // Where it stands already, it is changed: a setting of the workspace would hide the machine's.
  const written = settings.inspect(SETTINGS.provider);
  const target =
    written?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await settings.update(SETTINGS.provider, provider === 'auto' ? undefined : provider, target);
}
