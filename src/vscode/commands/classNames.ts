/** The names in "background, skin, hair", without spaces around them and without empty ones. */
export function classNamesOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The first name that stands there twice. */
export function repeatedName(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) < i);
}
