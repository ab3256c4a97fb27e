import { DROPPED, REJECTED } from './galleryRows.ts';

const counts = new Intl.NumberFormat('en');

/** `10,000` */
export function countText(count: number): string {
  return counts.format(count);
}

/** `1 image`, `10,000 images` */
export function imagesText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'image' : 'images'}`;
}

/** `000042` */
export function idText(id: number): string {
  return String(id).padStart(6, '0');
}

/** Three digits that mean something: `0.0674`, `42.9`. */
export function scoreText(score: number): string {
  return score === 0 ? '0' : score >= 1000 ? countText(Math.round(score)) : score.toPrecision(3);
}

/** `12 %`, `0.4 %`, `< 0.1 %` */
export function shareText(share: number): string {
  const percent = 100 * share;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '< 0.1 %';
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

export function fateText(fate: number): string | undefined {
  return fate === REJECTED ? 'rejected' : fate === DROPPED ? 'dropped' : undefined;
}
