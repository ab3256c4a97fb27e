import { createHash } from 'node:crypto';
import { UserError } from '../../base/userError.ts';

/** The report's own colour names, as VS Code's theme has them. */
const themed = `
body {
  --paper: var(--vscode-editor-background); --raised: var(--vscode-editorWidget-background, var(--vscode-editor-background));
  --text: var(--vscode-foreground); --muted: var(--vscode-descriptionForeground);
  --line: var(--vscode-contrastBorder, var(--vscode-panel-border, var(--vscode-widget-border)));
  --outline: color-mix(in srgb, var(--vscode-foreground) 30%, transparent);
  --blue: var(--vscode-charts-blue); --orange: var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)); --link: var(--vscode-textLink-foreground);
  padding: 0; background: var(--vscode-editor-background); color: var(--vscode-foreground);
}
body.vscode-dark, body.vscode-high-contrast { color-scheme: dark; }
body.vscode-light, body.vscode-high-contrast-light { color-scheme: light; }
`;

/**
 * report.html for a webview: in the colours of the theme. The page forbids itself scripts and every style sheet but its own, which it
 * names by a hash; the theme's is added to its policy in the same way, so nothing inline has to be allowed.
 * @param name how errors call the file
 * @throws UserError for a file that is no report of ours: it would be shown without its policy.
 */
export function reportPageForWebview(report: string, name: string): string {
  const hash = createHash('sha256').update(themed).digest('base64');
  const policy = /(<meta\s+http-equiv="Content-Security-Policy"\s+content="default-src &#39;none&#39;[^"]*style-src )/;
  const plain = /(<meta\s+http-equiv="Content-Security-Policy"\s+content="default-src 'none'[^"]*style-src )/;
  const found = policy.test(report) ? policy : plain;
  if (!found.test(report) || !report.includes('</head>'))
    throw new UserError(`${name} is not a report of this extension: make it anew with "DatasetGAN: Show Report".`);
  return report.replace(found, `$1'sha256-${hash}' `).replace('</head>', `<style>${themed}</style></head>`);
}
