const CELLS = 8;
/** From nothing to a full cell. */
const levels = ['▁', '▁', '▂', '▃', '▄', '▅', '▆', '▇'] as const;

/** A share of 0 … 1 as a small bar of block characters: `▇▇▃▁▁▁▁▁`. Something that is there always shows. */
export function bar(share: number, cells = CELLS): string {
  const full = levels.length - 1;
  const filled = Math.min(1, Math.max(0, share)) * cells * full;
  const steps = share > 0 ? Math.max(2, Math.round(filled)) : 0;
  return Array.from({ length: cells }, (_, i) => levels[Math.min(full, Math.max(0, steps - i * full))]!).join('');
}
