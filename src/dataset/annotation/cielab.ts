import type { RgbImage } from '../image.ts';

/**
 * sRGB bytes as CIELAB (D65), L in 0 … 100: [L, a, b] interleaved (IEC 61966-2-1 for the curve and the matrix, CIE 15 for the rest).
 */
export function cielab({ data }: RgbImage): Float32Array {
  const linear = Float32Array.from({ length: 256 }, (_, byte) => {
    const v = byte / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const lab = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [linear[data[i]!]!, linear[data[i + 1]!]!, linear[data[i + 2]!]!];
    const x = curved((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    const y = curved(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
    const z = curved((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
    lab[i] = 116 * y - 16;
    lab[i + 1] = 500 * (x - y);
    lab[i + 2] = 200 * (y - z);
  }
  return lab;
}

// f(t) = ∛t, linear near 0; read between 4096 steps, which is off by less than 0.02 in L.
const STEPS = 4096;
const curve = Float32Array.from({ length: STEPS + 2 }, (_, i) => {
  const t = i / STEPS;
  return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
});

function curved(t: number): number {
  const at = Math.min(1, t) * STEPS;
  const step = at | 0;
  return curve[step]! + (at - step) * (curve[step + 1]! - curve[step]!);
}
