const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const aligned = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const rounded = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const NARROW_SPACE = '\u202f';

/** `12,345` */
export function countText(count: number): string {
  return grouped.format(count);
}

/** Three significant digits: `0.0123`, `1,230`. What is no number (a loss that exploded) is a dash. */
export function valueText(value: number): string {
  return Number.isFinite(value) ? rounded.format(value) : '–';
}

/** Three significant digits also where the last is 0, for numbers that are compared: `0.110`. */
export function scoreText(value: number): string {
  return aligned.format(value);
}

/** Two significant digits, for an axis. */
export function tickText(value: number): string {
  return short.format(value);
}

/** A share of 0 … 1 in percent, with as many digits as say something: `0.042 %`, `3.1 %`, `42 %`. */
export function shareText(share: number): string {
  return `${percentText(100 * share)}${NARROW_SPACE}%`;
}

function percentText(percent: number): string {
  if (percent === 0 || percent === 100) return String(percent);
  if (percent < 0.01) return '< 0.01';
  if (percent < 1) return percent.toPrecision(2);
  return percent >= 99.95 ? '> 99.9' : percent.toFixed(1).replace(/\.0$/, '');
}

/** `8.4 s`, `3 min 20 s`, `2 h 05 min` */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)}${NARROW_SPACE}s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return whole < 3600
    ? `${Math.floor(whole / 60)}${NARROW_SPACE}min ${two(whole % 60)}${NARROW_SPACE}s`
    : `${Math.floor(whole / 3600)}${NARROW_SPACE}h ${two(Math.floor((whole % 3600) / 60))}${NARROW_SPACE}min`;
}
