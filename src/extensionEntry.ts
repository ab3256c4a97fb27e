import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import type { ExtensionContext } from 'vscode';
import type * as extension from './extension.ts';

/**
 * What VS Code loads. The extension itself, which takes some 50 ms to load, comes when VS Code has gone on with its start; activation is
 * over when all of it is there.
 */
export async function activate(context: ExtensionContext): Promise<ReturnType<typeof extension.activate>> {
  const asked = performance.now();
  await setImmediate();
  const parts = createRequire(import.meta.url)('./parts.cjs') as typeof extension;
  return parts.activate(context, asked);
}
