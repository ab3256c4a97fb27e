/** The page's only style sheet. Colours are named once for light and dark; charts use the same names. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfb; --raised: #ffffff; --text: #1d1f24; --muted: #686c75; --line: #e5e5e2; --outline: rgb(0 0 0 / 22%);
  --blue: #3b6fb5; --orange: #d9772b; --link: #2a5ca3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --raised: #1d2025; --text: #e6e7e9; --muted: #9a9fa8; --line: #30343b; --outline: rgb(255 255 255 / 32%);
    --blue: #74a7e6; --orange: #f0a05f; --link: #8ab8f0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
main, header, footer { max-width: 1268px; margin: 0 auto; padding: 0 32px; }
header { padding-top: 64px; }
h1 { font-size: 40px; line-height: 1.15; font-weight: 600; letter-spacing: -.022em; margin: 0 0 12px; text-wrap: balance; }
h2 { font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -.012em; margin: 0 0 4px; }
h3 { font-size: 16px; font-weight: 600; margin: 0 0 2px; }
p { margin: 0; max-width: 68ch; text-wrap: pretty; }
a { color: var(--link); text-underline-offset: 2px; }
section { margin-top: 72px; }
.muted, .lead, .note { color: var(--muted); }
.lead { font-size: 18px; }
.note { font-size: 14px; }
.warning { margin-top: 16px; padding-left: 14px; border-left: 3px solid var(--orange); }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 28px 24px; margin: 40px 0 0; padding: 28px 0; border: solid var(--line); border-width: 1px 0; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { color: var(--muted); font-size: 14px; line-height: 1.4; }
.figures dd { margin: 0; font-size: 28px; line-height: 1.2; font-weight: 500; letter-spacing: -.02em; white-space: nowrap; }

.key { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 10px 40px; margin: 20px 0 24px; font-size: 14px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 0; padding: 0; list-style: none; }
.legend li { display: flex; align-items: center; gap: 7px; }
.swatch { width: 14px; height: 14px; flex: none; }
.heat { display: flex; align-items: center; gap: 10px; }
.heat img { width: 120px; height: 12px; border-radius: 3px; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 28px 24px; margin: 0; padding: 0; list-style: none; }
.sheet li { break-inside: avoid; }
figure { margin: 0; }
.triple { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2px; border-radius: 8px; overflow: hidden; }
.triple img { display: block; width: 100%; height: auto; }
.triple .pixels { image-rendering: pixelated; }
.overlaid { position: relative; }
.overlaid img + img { position: absolute; inset: 0; opacity: 0; transition: opacity .15s; }
.overlaid:hover img + img { opacity: .6; }
figcaption { display: flex; gap: 10px; margin-top: 6px; font-size: 13px; line-height: 1.4; color: var(--muted); }
.score { margin-left: auto; }
.tag { color: var(--orange); }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 56px 40px; margin-top: 28px; }
.chart { break-inside: avoid; min-width: 0; }
.drawing svg { display: block; width: 100%; height: auto; margin-top: 14px; }
.dash { display: inline-block; width: 18px; height: 8px; vertical-align: baseline; margin-right: 2px; }
.dash ~ .dash { margin-left: 12px; }
details { margin-top: 32px; font-size: 14px; }
summary { cursor: pointer; color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin-top: 12px; }
th, td { padding: 6px 28px 6px 0; border-bottom: 1px solid var(--line); text-align: right; font-weight: 400; }
thead th { color: var(--muted); }
th:first-child { text-align: left; }
tbody th .swatch { margin-right: 8px; vertical-align: -2px; }

footer { margin-top: 88px; padding-bottom: 72px; }
footer h2 { padding-top: 32px; border-top: 1px solid var(--line); }
.attribution { margin: 12px 0 24px; }
.made { display: grid; grid-template-columns: max-content 1fr; gap: 6px 28px; margin: 20px 0 0; font-size: 14px; }
.made dt { color: var(--muted); }
.made dd { margin: 0; min-width: 0; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; word-break: break-all; }

@media (max-width: 640px) {
  main, header, footer { padding: 0 18px; }
  header { padding-top: 36px; }
  h1 { font-size: 30px; }
  section { margin-top: 52px; }
  .figures { grid-template-columns: repeat(2, 1fr); gap: 20px; }
  .figures dd { font-size: 25px; }
  .made { grid-template-columns: 1fr; gap: 0; }
  .made dd { margin-bottom: 10px; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --raised: #ffffff; --text: #000000; --muted: #555555; --line: #dddddd; --outline: rgb(0 0 0 / 30%);
    --blue: #3b6fb5; --orange: #d9772b; --link: #000000;
  }
  @page { margin: 16mm 14mm; }
  body { font-size: 10pt; }
  main, header, footer { max-width: none; padding: 0; }
  header { padding-top: 0; }
  section { margin-top: 32px; }
  .sheet { grid-template-columns: repeat(2, 1fr); gap: 14px 18px; }
  .charts { grid-template-columns: repeat(2, 1fr); gap: 28px 24px; }
  h2, h3, .key { break-after: avoid; }
  .figures { grid-template-columns: repeat(4, 1fr); gap: 14px; padding: 14px 0; margin-top: 20px; }
  .figures dd { font-size: 17pt; }
  .screen { display: none; }
}
`;
