/** What the page of a webview loads, as strings of the webview's own schemes. */
export interface PageSources {
  readonly cspSource: string;
  /** Unguessable, new for each page. */
  readonly nonce: string;
  /** BCP 47. */
  readonly language: string;
}

/** The page of a bundle: nothing but its script and style; all else is built by the script, which sets text as text. */
export function pageHtml(sources: PageSources, files: { readonly script: string; readonly style: string }): string {
  return documentOf(
    sources,
    `<link rel="stylesheet" href="${escaped(files.style)}">`,
    `<script nonce="${sources.nonce}" src="${escaped(files.script)}"></script>`,
  );
}

/** The page of a file that can't be shown: the sentence, and a button that posts `{type: 'reload'}`. */
export function problemHtml(
  sources: PageSources,
  { problem, reload }: { readonly problem: string; readonly reload: string },
): string {
  return documentOf(
    sources,
    `<style nonce="${sources.nonce}">
body { display: grid; place-content: center; min-height: 90vh; gap: 1em; max-width: 60ch; margin: auto; }
p { margin: 0; overflow-wrap: anywhere; }
button { justify-self: start; padding: 4px 12px; border: 1px solid var(--vscode-button-border, transparent);
  color: var(--vscode-button-foreground); background: var(--vscode-button-background); font: inherit; }
button:hover { background: var(--vscode-button-hoverBackground); }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
</style>`,
    `<p role="alert">${escaped(problem)}</p>
<button>${escaped(reload)}</button>
<script nonce="${sources.nonce}">
const host = acquireVsCodeApi();
document.querySelector('button').addEventListener('click', () => host.postMessage({ type: 'reload' }));
</script>`,
  );
}

function documentOf({ cspSource, nonce, language }: PageSources, head: string, body: string): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} blob: data:`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  // csp-nonce: the toolkit tries out a style sheet with it.
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}
</head>
<body>
${body}
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
}
