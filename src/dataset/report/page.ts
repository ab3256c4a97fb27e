import { createHash } from 'node:crypto';
import type { ScoreName } from '../filter.ts';
import { barChart, histogramChart, mean, trainingChart } from './charts.ts';
import { reportScore } from './chooseImages.ts';
import { contactSheet, heatLegend, heatTopOf } from './contactSheet.ts';
import { Html, html, trustedHtml, type Insert } from './html.ts';
import { legend, swatch } from './legend.ts';
import { countText, durationText, scoreText, shareText, valueText } from './numbers.ts';
import type { ReportData, ReportTraining } from './reportData.ts';
import { style } from './style.ts';

/** In one piece, as the policy's hash is of every character between the tags. */
const styleElement = trustedHtml(`<style>${style}</style>`);

/** `report.html`: one file without scripts that needs nothing else. The same data give the same bytes. */
export function reportPage(data: ReportData): string {
  // Pictures and this one style sheet are all that may load, whatever a file managed to put into the page.
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const heatTop = heatTopOf([...data.random, ...data.uncertain]);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${data.title} · DatasetGAN report</title>
        ${styleElement}
      </head>
      <body>
        ${header(data)}
        <main>
          ${samplesSection(data, heatTop)} ${classesSection(data)} ${curvesSection(data)}
          ${uncertainSection(data, heatTop)}
        </main>
        ${footer(data)}
      </body>
    </html> `.text;
}

function header(data: ReportData): Html {
  const { title, settings, statistics, missing } = data;
  const { width, height, classes, generator } = settings;
  return html`<header>
    <h1>${title}</h1>
    <p class="lead">
      Labelled images of ${width} × ${height} pixels, drawn by the generator ${generator.name} and labelled in
      ${counted(classes.length, 'class', 'classes')} by
      ${counted(settings.interpreter.members, 'classifier')}${data.training?.samples !== undefined && html` that learned from ${counted(data.training.samples, 'annotated sample')}`}.
    </p>
    ${missing > 0 && html`<p class="warning">${countText(missing)} of ${countText(settings.count)} images have not been generated yet; “dgan generate” goes on where it stopped.</p>`}
    ${statistics.images > 0 && statistics.kept === 0 && html`<p class="warning">No image is kept: the filter drops them, or they were rejected.</p>`}
    <dl class="figures">
      ${figures(data).map(
        ([name, value]) =>
          html` <div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

/** The main figures, as far as they are known. */
function figures({ settings, statistics, training, measured, runtimes }: ReportData): (readonly [string, string])[] {
  const { images, kept, rejected } = statistics;
  const best = training?.best.map(({ accuracy }) => accuracy) ?? [];
  return [
    ['images', countText(images)] as const,
    [images > 0 ? `kept (${shareText(kept / images)})` : 'kept', countText(kept)] as const,
    ...(rejected === 0 ? [] : [['rejected by hand', countText(rejected)] as const]),
    ['classes', countText(settings.classes.length)] as const,
    ...(measured.meanIoU === undefined ? [] : [['mean IoU', shareText(measured.meanIoU)] as const]),
    ...(best.length === 0 ? [] : [['held-out accuracy', shareText(mean(best))] as const]),
    ...(measured.imagesPerSecond === undefined
      ? []
      : [['images per second', valueText(measured.imagesPerSecond)] as const]),
    ...(training?.seconds === undefined ? [] : [['training', durationText(training.seconds)] as const]),
    ...(runtimes.length === 0
      ? []
      : [['computed on', distinct(runtimes.map(({ provider }) => providerName(provider))).join(', ')] as const]),
  ];
}

function samplesSection({ random, statistics, settings }: ReportData, heatTop: number): Html {
  const { kept } = statistics;
  const which =
    random.length === kept
      ? html`All ${countText(kept)} kept images`
      : html`${countText(random.length)} of the ${countText(kept)} kept images, drawn at random`;
  return html`<section>
    <h2>Images and labels</h2>
    ${
      random.length === 0
        ? html`<p class="muted">${statistics.images === 0 ? 'There are no images yet.' : 'No images were kept.'}</p>
            <div class="key">${legend(settings.classes)}</div>`
        : html`<p class="muted">
              ${which}: image, labels and uncertainty.
              <span class="screen">Point at an image to lay its labels over it.</span>
            </p>
            <div class="key">${legend(settings.classes)}${heatLegend(heatTop)}</div>
            ${contactSheet(random, { classes: settings.classes, heatTop })}`
    }
  </section>`;
}

function uncertainSection({ uncertain, settings }: ReportData, heatTop: number): Html | undefined {
  if (uncertain.length === 0) return undefined;
  const dropped = uncertain.filter(({ fate }) => fate === 'dropped').length;
  const what = dropped === 0 ? undefined : dropped === uncertain.length ? 'all of them' : countText(dropped);
  return html`<section>
    <h2>The most uncertain</h2>
    <p class="muted">
      Where the classifiers disagree most, the most uncertain image
      first.${what !== undefined && ` The filter dropped ${what}.`}
    </p>
    <div class="key">${legend(settings.classes)}${heatLegend(heatTop)}</div>
    ${contactSheet(uncertain, { classes: settings.classes, heatTop })}
  </section>`;
}

function classesSection({ statistics }: ReportData): Html {
  const { classes, kept } = statistics;
  const shareOfImages = (images: number): number => (kept === 0 ? 0 : images / kept);
  return html`<section>
    <h2>Classes</h2>
    <p class="muted">In the ${counted(kept, 'kept image')}.</p>
    <div class="charts">
      ${chart({
        title: 'Share of the pixels',
        alt: 'Bars: the share of the pixels of each class. The numbers stand in the table below.',
        svg: barChart(
          'pixels',
          classes.map(({ name, colour, share }) => ({ name, colour, share, label: shareText(share) })),
        ),
      })}
      ${chart({
        title: 'Images that contain it',
        alt: 'Bars: how many images contain each class. The numbers stand in the table below.',
        svg: barChart(
          'images',
          classes.map(({ name, colour, images }) => ({
            name,
            colour,
            share: shareOfImages(images),
            label: countText(images),
          })),
          1,
        ),
      })}
    </div>
    <details>
      <summary>As a table</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Id</th>
              <th scope="col">Pixels</th>
              <th scope="col">Share of the pixels</th>
              <th scope="col">Images</th>
              <th scope="col">Share of the images</th>
            </tr>
          </thead>
          <tbody>
            ${classes.map(
              ({ id, name, colour, pixels, share, images }) =>
                html` <tr>
                  <th scope="row">${swatch(colour)}${name}</th>
                  <td>${id}</td>
                  <td>${countText(pixels)}</td>
                  <td>${shareText(share)}</td>
                  <td>${countText(images)}</td>
                  <td>${shareText(shareOfImages(images))}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

function curvesSection(data: ReportData): Html | undefined {
  const parts = [scoreChart(data), data.training && data.training.curve.length > 0 && lossChart(data.training)].filter(
    (part) => part instanceof Html,
  );
  if (parts.length === 0) return undefined;
  return html`<section>
    <h2>${data.training ? 'Uncertainty and training' : 'Uncertainty'}</h2>
    <div class="charts">${parts}</div>
  </section>`;
}

const scoreNames: Readonly<Record<ScoreName, string>> = {
  top10mean: 'mean of the most uncertain tenth of the pixels, nats',
  sum: 'sum over all pixels, nats',
};

function scoreChart({ statistics, filter }: ReportData): Html | undefined {
  const name = reportScore(filter);
  const found = statistics.scores.find(({ score }) => score === name);
  if (found === undefined) return undefined;
  const { histogram, quantiles } = found;
  const median = quantiles.find(({ at }) => at === 50)!.value;
  const { cut } = histogram;
  const about =
    cut === null
      ? html`${filter === undefined ? 'The data set has not been filtered.' : 'The filter dropped nothing.'} Median
        ${valueText(median)}.`
      : html`${dash('var(--blue)')} kept ${dash('var(--orange)')} dropped: the
        ${counted(filter?.dropped.length ?? 0, 'most uncertain image')}. Median ${valueText(median)}.`;
  return chart({
    title: 'Uncertainty of the images',
    about,
    alt: `Histogram of the uncertainty of ${counted(statistics.images, 'image')}: ${scoreNames[name]}. Median ${valueText(median)}${cut === null ? '' : `; the filter cuts at ${scoreText(cut)}`}.`,
    svg: histogramChart('scores', histogram, scoreNames[name]),
  });
}

function lossChart(training: ReportTraining): Html {
  const last = training.curve.at(-1)!;
  return chart({
    title: 'Training of the classifiers',
    about: html`${dash('var(--blue)')} training loss ${dash('var(--orange)')} held-out loss. Each member thin, their
    mean thick${training.best.length > 0 && '; rings where a member was best and its weights were kept'}.`,
    alt: `Loss over ${counted(last.step, 'step')} of ${counted(last.trainLoss.length, 'member')}; mean at the end ${valueText(mean(last.trainLoss))} in training and ${valueText(mean(last.heldOutLoss))} on held-out pixels.`,
    svg: trainingChart('training', training),
  });
}

interface Chart {
  readonly title: string;
  readonly about?: Html;
  /** What a person hears who can't see it. */
  readonly alt: string;
  readonly svg: Html;
}

function chart({ title, about, alt, svg }: Chart): Html {
  return html`<div class="chart">
    <h3>${title}</h3>
    ${about && html`<p class="note">${about}</p>`}
    <div class="drawing" role="img" aria-label="${alt}">${svg}</div>
  </div>`;
}

function dash(colour: string): Html {
  return html`<svg class="dash" viewBox="0 0 18 8" aria-hidden="true">
    <rect y="2" width="18" height="4" rx="2" fill="${colour}" />
  </svg>`;
}

function footer({ settings, filter, runtimes, versions }: ReportData): Html {
  const { generator, interpreter, truncation, noise, seed, batch, count, attribution } = settings;
  const facts: readonly (readonly [string, Insert])[] = [
    ['Images', `${countText(count)}, in batches of ${countText(batch)}`],
    ['Seed', String(seed)],
    [
      'Truncation',
      `ψ = ${truncation.psi} on ${truncation.layers === 'all' ? 'all style layers' : counted(truncation.layers, 'style layer')}`,
    ],
    ['Noise', noise.kind === 'constant' ? 'the generator’s constant noise' : `from seed ${String(noise.seed)}`],
    ['Filter', filter === undefined ? 'none yet' : `the most uncertain ${shareText(filter.ratio)} by ${filter.score}`],
    ['Generator', html`${generator.name} <code>${generator.sha256}</code>`],
    ['Interpreter', html`${counted(interpreter.members, 'member')} <code>${interpreter.sha256}</code>`],
    ...runtimes.map(
      ({ provider, runtime, processor }) =>
        ['Computed on', `${providerName(provider)}, ${runtime}, ${processor}`] as const,
    ),
    ...(versions.length === 0
      ? []
      : [['Made with', versions.map(({ name, version }) => `${name} ${version}`).join(', ')] as const]),
  ];
  return html`<footer>
    <h2>Where it comes from</h2>
    <p class="attribution">
      ${attribution ?? html`<span class="muted">Nothing is recorded about whose work the generator was trained on.</span>`}
    </p>
    <h3>How it was made</h3>
    <dl class="made">
      ${facts.map(
        ([name, fact]) =>
          html` <dt>${name}</dt>
            <dd>${fact}</dd>`,
      )}
    </dl>
  </footer>`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function providerName(provider: string): string {
  return providerNames[provider] ?? provider;
}

const providerNames: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'CoreML',
};

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
