/** The colour that the theme gives a `--vscode-…` variable, for what is drawn on a canvas. */
export function themeColour(variable: `--vscode-${string}`, otherwise: string): string {
  const value = getComputedStyle(document.body).getPropertyValue(variable).trim();
  return value === '' ? otherwise : value;
}

/** VS Code changes the body's classes and the root's variables when the theme changes. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}
