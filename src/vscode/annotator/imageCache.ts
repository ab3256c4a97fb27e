import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hashOf } from './sampleFile.ts';

/** A message crosses to a webview at about 0.1 s per MiB, so only what is smaller travels in one. */
const MAX_DATA_URI_BYTES = 128 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Images of open samples as Uris that a webview loads by itself: avatars as `data:`, larger ones as files named by their hash, because
 * a webview reads files (also of a remote machine) beside its messages and the browser caches them.
 */
export class ImageCache {
  readonly folder: vscode.Uri;
  readonly #written = new Map<string, Promise<vscode.Uri>>();
  #swept = false;

  constructor(context: vscode.ExtensionContext) {
    this.folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'images');
  }

  /** @returns an address for `webview`, which must have {@link folder} among its roots */
  async addressOf(png: Uint8Array, webview: vscode.Webview): Promise<string> {
    if (png.length <= MAX_DATA_URI_BYTES) return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    const hash = hashOf(png);
    let file = this.#written.get(hash);
    if (!file) {
      file = this.#write(hash, png);
      this.#written.set(hash, file);
      file.catch(() => this.#written.delete(hash));
    }
    return webview.asWebviewUri(await file).toString();
  }

  async #write(hash: string, png: Uint8Array): Promise<vscode.Uri> {
    const file = vscode.Uri.joinPath(this.folder, `${hash}.png`);
    await mkdir(this.folder.fsPath, { recursive: true });
    // Not by temp and rename: nobody knows the address before it is whole.
    await writeFile(file.fsPath, png);
    if (!this.#swept) {
      this.#swept = true;
      void this.#sweep(Date.now() - DAY_MS).catch(() => undefined);
    }
    return file;
  }

  /** Removes what earlier sessions left: this one's files are younger than `before`. */
  async #sweep(before: number): Promise<void> {
    for (const name of await readdir(this.folder.fsPath)) {
      const path = join(this.folder.fsPath, name);
      if (!this.#written.has(name.replace(/\.png$/, '')) && (await stat(path)).mtimeMs < before)
        await rm(path, { force: true });
    }
  }
}
