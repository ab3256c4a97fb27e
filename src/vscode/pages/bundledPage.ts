import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml, type PageSources } from './pageHtml.ts';

/** The page of one of our bundles. */
export function bundledPage(webview: vscode.Webview, extensionUri: vscode.Uri, name: 'annotator' | 'gallery'): string {
  const address = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(bundleFolder(extensionUri), file)).toString();
  return pageHtml(pageSources(webview), { script: address(`${name}.js`), style: address(`${name}.css`) });
}

/** Where the bundles are: a webview's `localResourceRoots` need it. */
export function bundleFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** New for each page. */
export function pageSources({ cspSource }: vscode.Webview): PageSources {
  return { cspSource, nonce: randomBytes(16).toString('base64url'), language: vscode.env.language };
}
