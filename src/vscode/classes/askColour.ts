import * as vscode from 'vscode';
import { defaultColour } from '../../dataset/classes.ts';
import { swatch } from '../views/swatch.ts';
import { colourOf } from './colourOf.ts';

interface ColourItem extends vscode.QuickPickItem {
  readonly colour: string;
}

const SWATCHES = 24;
/**
 * Asks for a colour: one of the swatches, or any that is typed.
 * @param start stands first: what the class has, or would get
 * @param taken colours of the other classes, by name
 */
export async function askColour(
  title: string,
  start: string,
  taken: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const picker = vscode.window.createQuickPick<ColourItem>();
  picker.title = title;
  picker.placeholder = vscode.l10n.t('Choose a colour, or type one as #rrggbb');
  picker.ignoreFocusOut = true;
  const swatches = [start, ...Array.from({ length: SWATCHES }, (_, id) => defaultColour(id))]
    .map((colour) => colour.toLowerCase())
    .filter((colour, i, all) => all.indexOf(colour) === i);
  const items = swatches.map((colour) => colourItem(colour, taken.get(colour), colour === start.toLowerCase()));
  picker.items = items;
  picker.onDidChangeValue((text) => {
    const colour = colourOf(text);
    picker.items =
      colour === undefined || swatches.includes(colour)
        ? items
        : [{ ...colourItem(colour, taken.get(colour), false), alwaysShow: true }, ...items];
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems[0]?.colour));
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}

function colourItem(colour: string, takenBy: string | undefined, isStart: boolean): ColourItem {
  const description =
    takenBy !== undefined ? vscode.l10n.t('that of "{0}"', takenBy) : isStart ? vscode.l10n.t('as it is') : '';
  return { label: colour, description, iconPath: swatch(colour), colour };
}
