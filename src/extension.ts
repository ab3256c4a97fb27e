/** Composes the extension. */
export function activate(): void {
  return;
}
