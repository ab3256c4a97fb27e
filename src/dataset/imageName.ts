/** `000042.png`; more digits from a million on. */
export function pictureName(id: number): string {
  return `${String(id).padStart(6, '0')}.png`;
}
