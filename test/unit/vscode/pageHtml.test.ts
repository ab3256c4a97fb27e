import assert from 'node:assert/strict';
import fc from 'fast-check';
import { problemHtml, pageHtml } from '../../../src/vscode/pages/pageHtml.ts';

const sources = { cspSource: 'https://*.vscode-cdn.net', nonce: 'aBc_-9', language: 'en' };

describe('the pages of webviews', () => {
  it('run only what bears the nonce and load nothing from elsewhere', () => {
    for (const html of [
      pageHtml(sources, { script: 'https://x/a.js', style: 'https://x/a.css' }),
      problemHtml(sources, { problem: 'It is broken.', reload: 'Reload' }),
    ]) {
      const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
      assert.match(policy, /^default-src 'none'; /);
      assert.match(policy, /script-src 'nonce-aBc_-9'$/);
      assert.doesNotMatch(policy, /unsafe|\*;|connect-src|frame-src/);
      assert.equal(html.match(/<script/g)?.length, html.match(/<script nonce="aBc_-9"/g)?.length);
      assert.doesNotMatch(html, / on[a-z]+=| style="/);
    }
  });

  it('show what a hostile file is called as text', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const plain = problemHtml(sources, { problem: 'x', reload: 'Reload' });
        const problem = `${name}<script>alert(1)</script><img src=x onerror=alert(1)>" is not a ZIP file`;
        const html = problemHtml(sources, { problem, reload: 'Reload' });
        assert.equal(html.match(/</g)?.length, plain.match(/</g)?.length);
        assert.equal(html.match(/>/g)?.length, plain.match(/>/g)?.length);
      }),
    );
  });
});
