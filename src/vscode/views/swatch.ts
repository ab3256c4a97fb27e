import * as vscode from 'vscode';

/** A small square of a class's colour, with an edge that shows on light and dark. @param colour `#rrggbb`, checked by the project's schema */
export function swatch(colour: string): vscode.Uri {
  return svgUri(
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">' +
      `<rect x="2.5" y="2.5" width="11" height="11" rx="2" fill="${colour}" stroke="#808080" stroke-opacity="0.8"/></svg>`,
  );
}

export function svgUri(svg: string): vscode.Uri {
  return vscode.Uri.from({ scheme: 'data', path: `image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` });
}
