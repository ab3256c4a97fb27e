import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { reportPageForWebview } from '../../../src/vscode/report/reportPage.ts';

const style = 'body { color: red }';
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
/** As page.ts writes it: quotes of attributes are escaped. */
const report = `<!doctype html><html><head>
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; style-src ${hash(style).replaceAll("'", '&#39;')}; base-uri &#39;none&#39;" />
<style>${style}</style></head><body></body></html>`;

describe('the report in a webview', () => {
  it('keeps its policy, to which one style sheet is added by its hash', () => {
    const page = reportPageForWebview(report, 'report.html');
    const policy = /content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map((match) => match[1]!);
    assert.equal(styles.length, 2);
    assert.match(policy, /^default-src 'none'; img-src data:; style-src /);
    assert.doesNotMatch(policy, /unsafe|script/);
    for (const text of styles) assert.ok(policy.includes(hash(text)));
  });

  it('is refused without one', () => {
    for (const text of ['', '<html><head></head><script>alert(1)</script></html>', report.replace('default-src', 'x')])
      assert.throws(() => reportPageForWebview(text, '/p/report.html'), /^UserError: \/p\/report.html is not a report/);
  });
});
