import * as vscode from 'vscode';

// Questions to the person. Each resolves to undefined when it is dismissed with Esc, which ends the whole command.

/** A choice, with what it stands for. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export async function askChoice<T>(
  title: string,
  choices: readonly Choice<T>[] | Promise<readonly Choice<T>[]>,
  placeHolder?: string,
): Promise<T | undefined> {
  const options = {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
    ...(placeHolder !== undefined && { placeHolder }),
  };
  return (await vscode.window.showQuickPick(choices, options))?.value;
}

/** A whole number from `minimum` to `maximum`. */
export async function askCount(
  title: string,
  prompt: string,
  { value, minimum = 1, maximum }: { readonly value: number; readonly minimum?: number; readonly maximum: number },
): Promise<number | undefined> {
  const problem = vscode.l10n.t('A whole number from {0} to {1}', minimum, maximum);
  const given = await askText(title, prompt, {
    value: String(value),
    problem: (text) => {
      const count = Number(text);
      return /^\d+$/.test(text) && count >= minimum && count <= maximum ? undefined : problem;
    },
  });
  return given === undefined ? undefined : Number(given);
}

/** A text without spaces around it. `problem` says what is wrong with it, if anything. */
export async function askText(
  title: string,
  prompt: string,
  {
    value,
    problem,
    placeHolder,
  }: {
    readonly value?: string;
    readonly problem?: (text: string) => string | undefined;
    readonly placeHolder?: string;
  } = {},
): Promise<string | undefined> {
  const given = await vscode.window.showInputBox({
    title,
    prompt,
    ignoreFocusOut: true,
    ...(value !== undefined && { value }),
    ...(placeHolder !== undefined && { placeHolder }),
    validateInput: (text) => problem?.(text.trim()),
  });
  return given?.trim();
}

export async function askFolder(title: string, openLabel: string, near?: vscode.Uri): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel,
      canSelectFiles: false,
      canSelectFolders: true,
      ...(near && { defaultUri: near }),
    })) ?? [];
  return folder?.fsPath;
}

export async function askFile(
  title: string,
  openLabel: string,
  filters: Record<string, string[]>,
  near?: vscode.Uri,
): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({ title, openLabel, filters, ...(near && { defaultUri: near }) })) ?? [];
  return file?.fsPath;
}
