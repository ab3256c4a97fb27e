import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { trustedHtml, type Html } from './html.ts';

echarts.use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** Drawing units of a chart's width; the page scales it to the place it has. */
const CHART_WIDTH = 540;

/** The page's colours, which follow light and dark. ECharts passes what it does not know through to the SVG. */
export const chartColours = {
  text: 'var(--text)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  outline: 'var(--outline)',
  train: 'var(--blue)',
  heldOut: 'var(--orange)',
  kept: 'var(--blue)',
  dropped: 'var(--orange)',
} as const;

/**
 * Draws a chart as SVG for the page, without a DOM. All texts are escaped by ECharts.
 * @param name Made part of the ids in it, which are to be unique in the page.
 */
export function svgChart(name: string, height: number, option: echarts.EChartsCoreOption): Html {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    chart.setOption({ animation: false, backgroundColor: 'transparent', ...option });
    return trustedHtml(withoutStyles(chart.renderToSVGString({ useViewBox: true }), name));
  } finally {
    chart.dispose();
  }
}

/**
 * The drawing alone: styles for pointing at things go, and so does what the page's content security policy forbids. Ids
 * that ECharts counts up over the life of the process become the chart's own, so that the same report has the same
 * bytes. Texts can't be hit: their quotes and brackets are escaped.
 */
function withoutStyles(svg: string, name: string): string {
  return svg
    .replace(/<style[^>]*>.*?<\/style>\s*/gs, '')
    .replace(/ (?:class|pointer-events|ecmeta_\w+|xmlns:xlink|version|baseProfile)="[^"]*"/g, '')
    .replace(
      / style="font-size:(\d+)px;font-family:[^;"]*;(?:font-weight:(\w+);)?"/g,
      (_, size: string, weight?: string) =>
        weight === undefined ? ` font-size="${size}"` : ` font-size="${size}" font-weight="${weight}"`,
    )
    .replace(/(id="|"url\(#)zr\d+-/g, `$1${name}-`)
    .replace(/^<svg /, '<svg aria-hidden="true" focusable="false" ')
    .trim();
}
