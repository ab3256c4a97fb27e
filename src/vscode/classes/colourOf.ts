const COLOUR = /^#?(?:([0-9a-f]{6})|([0-9a-f])([0-9a-f])([0-9a-f]))$/;

/** `#rrggbb` of what a person typed (with or without `#`, three digits or six), or undefined. */
export function colourOf(text: string): string | undefined {
  const [, six, r = '', g = '', b = ''] = COLOUR.exec(text.trim().toLowerCase()) ?? [];
  if (six !== undefined) return `#${six}`;
  return r === '' ? undefined : `#${r}${r}${g}${g}${b}${b}`;
}
