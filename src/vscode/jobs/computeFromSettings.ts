import * as vscode from 'vscode';
import type { Compute } from '../../jobs/protocol.ts';
import { SETTINGS } from '../ids.ts';

/** On what the person wants models to be computed. */
export function computeFromSettings(): Compute {
  const settings = vscode.workspace.getConfiguration('datasetgan');
  const threads = settings.get<number>(SETTINGS.threads, 0);
  const ort = settings.get<string>(SETTINGS.onnxruntimeFolder, '').trim();
  return {
    provider: settings.get<Compute['provider']>(SETTINGS.provider, 'auto'),
    // 0 is "as many as there are cores".
    ...(threads >= 1 && { threads: Math.floor(threads) }),
    ...(ort !== '' && { ort }),
  };
}
