import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** One of the things that `published.ts` measures, each in a process of its own so that its peak memory is its own. */
export interface Task {
  readonly kind: 'bare' | 'labelled' | 'literal';
  readonly classes: number;
  /** StyleGAN 1 at 512² unless told: StyleGAN 2 at 1024², labelled at 512². */
  readonly network?: 'configF';
}

/** One run's time, and the most memory that the process held so far. */
export interface Measured {
  readonly milliseconds: number;
  /** Time of all cores together: hardly moved by what else the machine does. */
  readonly processorMilliseconds: number;
  readonly peakBytes: number;
}

export const LITERAL_ROWS = 32;
export const RESOLUTION = 512;

/** What a labelled image of the published size costs; times in ms, memory in bytes. */
export interface PublishedCost {
  readonly classes: number;
  /** The image alone. */
  readonly bare: Measured;
  /** Image, labels and uncertainty. */
  readonly labelled: Measured;
  /** The interpreter as the paper defines it, for the whole image: a strip of rows, scaled. */
  readonly literal: Measured;
}

/**
 * Measures the published size: StyleGAN 1 at 512², D = 5,056, ten members, random weights. The kinds take turns, so that
 * what else the machine does falls on all of them: the ratios are what counts. Best of `rounds`.
 */
export async function publishedCosts(classes: number, rounds = 3): Promise<PublishedCost> {
  const bare = await Runner.start({ kind: 'bare', classes });
  const labelled = await Runner.start({ kind: 'labelled', classes });
  const literal = await Runner.start({ kind: 'literal', classes });
  const runners = [bare, labelled, literal];
  // The first run allocates and is no measure.
  for (let round = 0; round <= rounds; round++) {
    for (const runner of runners) await runner.run(round > 0);
  }
  for (const runner of runners) runner.stop();
  const scale = RESOLUTION / LITERAL_ROWS;
  return {
    classes,
    bare: bare.best,
    labelled: labelled.best,
    literal: {
      milliseconds: literal.best.milliseconds * scale,
      processorMilliseconds: literal.best.processorMilliseconds * scale,
      peakBytes: literal.best.peakBytes,
    },
  };
}

/** StyleGAN 2, configuration F at 1024², alone and labelled at 512², as a line of a table. Best of `rounds`. */
export async function configFCosts(classes: number, rounds = 3): Promise<Record<string, string>> {
  const bare = await Runner.start({ kind: 'bare', classes, network: 'configF' });
  const labelled = await Runner.start({ kind: 'labelled', classes, network: 'configF' });
  for (let round = 0; round <= rounds; round++) {
    for (const runner of [bare, labelled]) await runner.run(round > 0);
  }
  bare.stop();
  labelled.stop();
  return {
    classes: String(classes),
    'bare image': seconds(bare.best),
    'its processor time': processorSeconds(bare.best),
    'labelled image': seconds(labelled.best),
    'its processor time ': processorSeconds(labelled.best),
    'labelled / bare by processor time': (
      labelled.best.processorMilliseconds / bare.best.processorMilliseconds
    ).toFixed(2),
    'peak memory': `${(labelled.best.peakBytes / 1e9).toFixed(2)} GB`,
  };
}

/** The lines of the table for the published size, each with the target. */
export function publishedTable(costs: readonly PublishedCost[]): readonly Record<string, string>[] {
  return costs.map(({ classes, bare, labelled, literal }) => {
    const interpreter = labelled.milliseconds - bare.milliseconds;
    return {
      classes: String(classes),
      'bare image': seconds(bare),
      'labelled image': seconds(labelled),
      'labelled / bare (≤ 3)': (labelled.milliseconds / bare.milliseconds).toFixed(2),
      'the same by processor time': (labelled.processorMilliseconds / bare.processorMilliseconds).toFixed(2),
      'peak memory (< 3 GB)': `${(labelled.peakBytes / 1e9).toFixed(2)} GB`,
      'literal interpreter': seconds(literal),
      'literal / ours (≥ 10)': (literal.milliseconds / interpreter).toFixed(1),
    };
  });
}

function processorSeconds({ processorMilliseconds }: Measured): string {
  return `${(processorMilliseconds / 1000).toFixed(2)} s`;
}

function seconds({ milliseconds }: Measured): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** A process that does one task again and again. */
class Runner {
  readonly #child: ChildProcess;
  #best: Measured = { milliseconds: Infinity, processorMilliseconds: Infinity, peakBytes: 0 };

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(task: Task): Promise<Runner> {
    const child = fork(fileURLToPath(new URL('./publishedChild.ts', import.meta.url)), {
      execArgv: ['--import=tsx'],
      serialization: 'advanced',
    });
    await once(child, 'message');
    const runner = new Runner(child);
    await runner.#ask(task);
    return runner;
  }

  get best(): Measured {
    return this.#best;
  }

  async run(counts: boolean): Promise<void> {
    const measured = await this.#ask('run');
    const known = this.#best;
    const better = (name: 'milliseconds' | 'processorMilliseconds') =>
      counts ? Math.min(known[name], measured[name]) : known[name];
    this.#best = {
      milliseconds: better('milliseconds'),
      processorMilliseconds: better('processorMilliseconds'),
      peakBytes: Math.max(known.peakBytes, measured.peakBytes),
    };
  }

  stop(): void {
    this.#child.kill();
  }

  async #ask(message: Task | 'run'): Promise<Measured> {
    const exit = new AbortController();
    const died = once(this.#child, 'exit', { signal: exit.signal }).then(([code, signal]) => {
      throw new Error(`A measuring process ended with ${String(signal ?? code)}.`);
    });
    this.#child.send(message);
    try {
      const [measured] = (await Promise.race([once(this.#child, 'message'), died])) as [Measured];
      return measured;
    } finally {
      exit.abort();
      died.catch(() => undefined);
    }
  }
}
