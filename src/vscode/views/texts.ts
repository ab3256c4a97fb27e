import * as vscode from 'vscode';
import { shareText } from '../../dataset/report/numbers.ts';

// Texts that several views share.

export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
}

export function samplesText(count: number): string {
  return count === 1 ? vscode.l10n.t('1 sample') : vscode.l10n.t('{0} samples', count);
}

export function imagesText(count: number): string {
  return count === 1
    ? vscode.l10n.t('1 image')
    : vscode.l10n.t('{0} images', count.toLocaleString(vscode.env.language));
}

export function labelledText(share: number): string {
  return share === 0 ? vscode.l10n.t('not labelled') : vscode.l10n.t('{0} labelled', shareText(share));
}

/** Parts of a description, those that there are. */
export function parts(...texts: readonly (string | undefined | false)[]): string {
  return texts.filter((text) => typeof text === 'string' && text !== '').join(' · ');
}

/** Lines as a hover. A plain string: names of files and classes, and sentences of errors, are no markup. */
export function plainHover(...lines: readonly (string | undefined | false)[]): string {
  return lines.filter((line) => typeof line === 'string' && line !== '').join('\n');
}
