/** Name of the constant noise of the `layer`th layer that adds noise. */
export function noiseName(layer: number): string {
  return `noise.${String(layer).padStart(2, '0')}`;
}
