// What `npm run bench` prints: the measured figures of the README. An idle machine, please; the ratios are what counts.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { annotatorTimes } from './annotator.ts';
import { interactiveCosts, interactiveTable } from './interactive.ts';
import { importCosts } from './importing.ts';
import { learningTable, measureLearning } from './learning.ts';
import { configFCosts, publishedCosts, publishedTable } from './published.ts';
import { publishedTraining } from './publishedTraining.ts';
import { vscodeFigures } from './vscode.ts';

const sections: Readonly<Record<string, () => Promise<void>>> = {
  avatars: avatars,
  import: importing,
  published: published,
  large: large,
  training: training,
  learning: learning,
  annotator: annotator,
  interactive: interactive,
  vscode: vscode,
};

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in sections));
if (unknown !== undefined) throw new Error(`There is no bench "${unknown}": ${Object.keys(sections).join(', ')}.`);
const [cpu] = cpus();
console.log(
  `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}, load ${loadavg()[0]!.toFixed(1)}`,
);
for (const [name, run] of Object.entries(sections)) if (chosen.length === 0 || chosen.includes(name)) await run();

/** `dgan demo` as a person runs it, best of three. */
async function avatars(): Promise<void> {
  heading('The sample project, from the built command (best of three)');
  const cli = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
  const rounds: { total: number; training: number; rate: number }[] = [];
  for (let round = 0; round < 3; round++) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const start = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'demo', join(folder, 'demo')]);
    const total = (performance.now() - start) / 1000;
    const figure = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? NaN);
    rounds.push({
      total,
      training: figure(/samples in ([\d.]+) s/),
      rate: figure(/\(([\d.]+) images\/s once it ran\)/),
    });
    await rm(folder, { recursive: true });
  }
  const best = (of: (round: (typeof rounds)[number]) => number, pick: typeof Math.min) => pick(...rounds.map(of));
  console.table({
    'interpreter trained (≤ 15 s)': `${best(({ training: t }) => t, Math.min).toFixed(1)} s`,
    'labelled images written (≥ 40 /s)': `${best(({ rate }) => rate, Math.max).toFixed(1)} /s`,
    'npm start after installing (≤ 60 s)': `${best(({ total }) => total, Math.min).toFixed(1)} s`,
  });
}

/** `dgan import` of a large checkpoint. */
async function importing(): Promise<void> {
  heading('Importing a pickle of the size of ffhq.pkl: StyleGAN 2 of NVIDIA, configuration F at 1024²');
  console.table(await importCosts());
}

/** One labelled image at 512². */
async function published(): Promise<void> {
  heading('The published size: StyleGAN 1 at 512², D = 5,056, ten members, random weights (best of three)');
  console.table(publishedTable([await publishedCosts(20), await publishedCosts(34)]));
}

/** One labelled image of a 1024² generator. */
async function large(): Promise<void> {
  heading(
    'StyleGAN 2 at 1024², configuration F, labelled at 512²: D = 5,568, ten members, random weights (best of three)',
  );
  console.table([await configFCosts(20), await configFCosts(34)]);
}

/** Training at 512². */
async function training(): Promise<void> {
  heading('The published size: training on 16 images × 4,096 pixels, three epochs');
  const rows = [];
  for (const classes of [20]) {
    const { seconds, steps, peakBytes } = await publishedTraining(classes);
    rows.push({
      classes,
      steps,
      'training (≤ 5 min)': `${(seconds / 60).toFixed(1)} min`,
      'peak memory (≤ 2.5 GB)': `${(peakBytes / 1e9).toFixed(2)} GB`,
    });
  }
  console.table(rows);
}

/** The tools of the annotator at 1024². */
function annotator(): Promise<void> {
  heading('Annotating a 1024² sample: brush, fill, wand, superpixels (medians)');
  console.table(annotatorTimes());
  return Promise.resolve();
}

/** Mean IoU of the recipe and its variants. */
async function learning(): Promise<void> {
  heading('What is learned: trained on samples 000–015, measured on 016–047');
  console.log(learningTable(await measureLearning()));
}

/** What a person waits for the prediction layer. */
async function interactive(): Promise<void> {
  heading('The prediction layer of an avatar, from the built worker');
  console.table(interactiveTable(await interactiveCosts()));
}

/** The extension in code-server and Chromium. */
async function vscode(): Promise<void> {
  heading('In VS Code (code-server, Chromium without a GPU)');
  console.table(await vscodeFigures());
}

function heading(text: string): void {
  console.log(`\n${text}\n`);
}
