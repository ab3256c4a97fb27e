/** Text that is HTML already. Only {@link html} and {@link trustedHtml} make it, so nothing gets into a page unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; `undefined` and `false` leave nothing. */
export type Insert = Html | string | number | undefined | false | readonly Insert[];

/** A template whose inserts are escaped, for text and for attributes in double quotes; `Html` goes in as it is. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(strings.reduce((text, part, i) => text + insertText(inserts[i - 1]) + part));
}

/** HTML that was made elsewhere and is known to be well-formed. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}

function insertText(insert: Insert): string {
  if (insert === undefined || insert === false) return '';
  if (insert instanceof Html) return insert.text;
  if (typeof insert === 'object') return insert.map(insertText).join('');
  return String(insert).replace(/[&<>"']/g, (character) => entities[character]!);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
