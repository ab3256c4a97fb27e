/**
 * Uncertainty as 16-bit grey: round(65535 · JS / largest), JS in nats (design: dataset/).
 * @param largest ln(min(members, classes)); 0 with one member or one class, where nothing is ever uncertain.
 */
export function uncertaintyToGrey(uncertainty: Float32Array, largest: number): Uint16Array {
  const grey = new Uint16Array(uncertainty.length);
  if (largest > 0)
    for (let i = 0; i < grey.length; i++)
      grey[i] = Math.round(65535 * Math.min(1, Math.max(0, uncertainty[i]! / largest)));
  return grey;
}

/** Back to nats, exact to half a step: `largest` / 131070. */
export function uncertaintyFromGrey(grey: Uint16Array, largest: number): Float32Array {
  return Float32Array.from(grey, (value) => (value / 65535) * largest);
}
