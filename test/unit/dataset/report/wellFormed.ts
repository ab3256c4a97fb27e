import assert from 'node:assert/strict';

const empty = new Set(['meta', 'img', 'br', 'link', 'input', 'hr']);

/**
 * Asserts that a page could be read as XML too: every element is closed in order, every attribute is quoted and stands
 * once, ids are unique, and no text holds a bare `&` or `<`.
 */
export function assertWellFormed(page: string): void {
  const open: string[] = [];
  const ids = new Set<string>();
  let at = 0;
  const text = page.replace(/^<!doctype html>/i, '').replace(/<style>[^]*?<\/style>/g, '<style></style>');
  const tag = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  for (const found of text.matchAll(tag)) {
    const [whole, closing, name, attributes, selfClosing] = found as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    assertText(text.slice(at, found.index));
    at = found.index + whole.length;
    if (closing !== '') {
      assert.equal(open.pop(), name, `</${name}> closes something else`);
      continue;
    }
    const names = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => {
      assertText(value!);
      if (key === 'id') {
        assert.ok(!ids.has(value!), `two elements have the id ${value!}`);
        ids.add(value!);
      }
      return key!;
    });
    assert.equal(new Set(names).size, names.length, `an attribute stands twice in ${whole}`);
    if (selfClosing === '' && !empty.has(name)) open.push(name);
  }
  assertText(text.slice(at));
  assert.deepEqual(open, []);
}

function assertText(text: string): void {
  const found = /<|&(?!(?:amp|lt|gt|quot|#39|#x27|nbsp);)/.exec(text);
  assert.equal(
    found,
    null,
    `bare characters: ${text.slice(Math.max(0, (found?.index ?? 0) - 60), (found?.index ?? 0) + 60)}`,
  );
}
