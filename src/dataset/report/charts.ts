import type { CustomSeriesOption } from 'echarts/charts';
import type { CurvePoint } from '../../interpreter/trainingCurve.ts';
import type { Histogram } from '../statistics.ts';
import type { Html } from './html.ts';
import { scoreText, tickText, valueText } from './numbers.ts';
import { chartColours as colours, svgChart } from './svgChart.ts';
import type { ReportTraining } from './reportData.ts';

const fontSize = 13;
const text = { fontSize, fontFamily: 'inherit', color: colours.text };
const axis = {
  axisLine: { show: true, lineStyle: { color: colours.line } },
  axisTick: { show: false },
  axisLabel: { ...text, color: colours.muted, hideOverlap: true },
  nameTextStyle: { ...text, color: colours.muted },
  splitLine: { show: true, lineStyle: { color: colours.line, width: 1 } },
};

export interface Bar {
  readonly name: string;
  /** `#rrggbb` */
  readonly colour: string;
  /** 0 … 1 */
  readonly share: number;
  /** What stands beside the bar. */
  readonly label: string;
}

/**
 * Horizontal bars, the first on top.
 * @param full The share that fills the width; the largest one when left out.
 */
export function barChart(name: string, bars: readonly Bar[], full?: number): Html {
  const rowHeight = 30;
  const longest = Math.max(0, ...bars.map((bar) => bar.name.length));
  const left = Math.min(150, 16 + 7.2 * longest);
  return svgChart(name, 8 + rowHeight * bars.length, {
    grid: { left, right: 76, top: 2, bottom: 6 },
    xAxis: {
      type: 'value',
      show: false,
      min: 0,
      max: full ?? (Math.max(...bars.map(({ share }) => share)) || 1), // No pixels at all: an empty axis of 1.
    },
    yAxis: {
      ...axis,
      type: 'category',
      inverse: true,
      data: bars.map((bar) => bar.name),
      axisLabel: { ...text, interval: 0, width: left - 16, overflow: 'truncate' },
      splitLine: { show: false },
    },
    series: [
      {
        type: 'bar',
        barWidth: 16,
        barMinHeight: 3,
        data: bars.map(({ share, colour }) => ({
          value: share,
          // A class may be as light or as dark as the page.
          itemStyle: {
            color: share > 0 ? colour : 'transparent',
            borderColor: colours.outline,
            borderWidth: share > 0 ? 1 : 0,
            borderRadius: [0, 3, 3, 0],
          },
        })),
        label: {
          ...text,
          show: true,
          position: 'right',
          distance: 8,
          textBorderWidth: 0,
          formatter: ({ dataIndex }: { readonly dataIndex: number }) => bars[dataIndex]!.label,
        },
      },
    ],
  });
}

/** How many images have which score, and where the filter cuts. */
export function histogramChart(name: string, { edges, counts, cut }: Histogram, axisName: string): Html {
  const first = edges[0]!;
  const last = edges.at(-1)!;
  // Several pieces where the cut goes through a bin.
  const pieces = counts.flatMap((count, i) => {
    const [from, to] = [edges[i]!, edges[i + 1]!];
    if (count === 0) return [];
    if (cut === null || cut >= to) return [{ from, to, count, dropped: false }];
    if (cut <= from) return [{ from, to, count, dropped: true }];
    return [
      { from, to: cut, count, dropped: false },
      { from: cut, to, count, dropped: true },
    ];
  });
  const renderItem: CustomSeriesOption['renderItem'] = (_, api) => {
    const piece = pieces[Number(api.value(0))]!;
    const [x, y] = api.coord([piece.from, piece.count]) as [number, number];
    const [right, bottom] = api.coord([piece.to, 0]) as [number, number];
    const gap = piece.to === cut ? 0 : 1;
    return {
      type: 'rect',
      shape: { x, y, width: Math.max(0.5, right - x - gap), height: bottom - y },
      style: { fill: piece.dropped ? colours.dropped : colours.kept },
    };
  };
  const rightHalf = cut !== null && cut > (first + last) / 2;
  return svgChart(name, 300, {
    grid: { left: 44, right: 16, top: 28, bottom: 50 },
    xAxis: {
      ...axis,
      type: 'value',
      min: first,
      max: last,
      name: axisName,
      nameLocation: 'middle',
      nameGap: 30,
      splitLine: { show: false },
      axisLabel: { ...axis.axisLabel, formatter: valueText, showMinLabel: false, showMaxLabel: false },
    },
    yAxis: { ...axis, type: 'value', min: 0, minInterval: 1, axisLine: { show: false }, name: 'images', nameGap: 12 },
    series: [
      {
        type: 'custom',
        renderItem,
        // The axes take their range from here; what is drawn comes from `pieces`.
        encode: { x: 1, y: 2 },
        data: pieces.map(({ from, count }, i) => [i, from, count]),
        ...(cut !== null && {
          markLine: {
            symbol: 'none',
            silent: true,
            lineStyle: { color: colours.text, width: 1.5, type: [4, 3] },
            label: {
              ...text,
              textBorderWidth: 0,
              formatter: `cut at ${scoreText(cut)}`,
              position: 'end',
              distance: 6,
              align: rightHalf ? 'right' : 'left',
            },
            data: [{ xAxis: cut }],
          },
        }),
      },
    ],
  });
}

/** Loss over steps: each member thin, their mean thick; a ring where a member's weights were kept. */
export function trainingChart(name: string, { curve, best }: Pick<ReportTraining, 'curve' | 'best'>): Html {
  const finite = curve.flatMap(({ trainLoss, heldOutLoss }) => [...trainLoss, ...heldOutLoss]).filter(Number.isFinite);
  // Losses fall over decades; a loss of exactly 0 has no logarithm.
  const logarithmic = finite.length > 0 && finite.every((loss) => loss > 0);
  const line = (values: (point: CurvePoint) => number, colour: string, thick: boolean): object => ({
    type: 'line',
    // One measurement alone is no line.
    showSymbol: curve.length === 1,
    symbol: 'circle',
    symbolSize: thick ? 6 : 3,
    silent: true,
    z: thick ? 3 : 2,
    lineStyle: { color: colour, width: thick ? 2.5 : 1, opacity: thick ? 1 : 0.3, cap: 'round', join: 'round' },
    itemStyle: { color: colour, opacity: thick ? 1 : 0.4 },
    data: curve.map((point) => [point.step, Number.isFinite(values(point)) ? values(point) : null]),
  });
  const losses = (key: 'trainLoss' | 'heldOutLoss', colour: string): object[] => {
    const members = curve[0]?.[key].length ?? 0;
    return [
      ...Array.from({ length: members }, (_, member) => line((point) => point[key][member]!, colour, false)),
      line((point) => mean(point[key]), colour, true),
    ];
  };
  return svgChart(name, 300, {
    grid: { left: 52, right: 20, top: 28, bottom: 50 },
    xAxis: {
      ...axis,
      type: 'value',
      name: 'steps',
      nameLocation: 'middle',
      nameGap: 30,
      min: 0,
      max: curve.at(-1)?.step ?? 1,
      splitLine: { show: false },
      axisLabel: { ...axis.axisLabel, showMaxLabel: false },
    },
    yAxis: {
      ...axis,
      type: logarithmic ? 'log' : 'value',
      ...(logarithmic && lossRange(finite)),
      name: 'loss',
      nameGap: 12,
      axisLine: { show: false },
      axisLabel: { ...axis.axisLabel, formatter: tickText },
    },
    series: [
      ...losses('trainLoss', colours.train),
      ...losses('heldOutLoss', colours.heldOut),
      {
        type: 'scatter',
        silent: true,
        z: 4,
        symbol: 'circle',
        symbolSize: 6,
        itemStyle: { color: 'var(--paper)', borderColor: colours.heldOut, borderWidth: 1.5 },
        data: best.filter(({ loss }) => Number.isFinite(loss)).map(({ step, loss }) => [step, loss]),
      },
    ],
  });
}

/** Powers of two around the losses: of powers of ten there would be hardly one in sight. */
function lossRange(losses: readonly number[]): { logBase: number; min: number; max: number } {
  const logs = losses.map(Math.log2);
  const min = Math.floor(Math.min(...logs));
  return { logBase: 2, min: 2 ** min, max: 2 ** Math.max(min + 1, Math.ceil(Math.max(...logs))) };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
