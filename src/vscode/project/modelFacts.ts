import { stat } from 'node:fs/promises';
import * as z from 'zod';
import { readDescription } from '../../engine/onnx/description.ts';
import { readMetadata } from '../../engine/onnx/readMetadata.ts';
import { describedInterpreter, type DescribedInterpreter } from '../../interpreter/interpreterFacts.ts';

/** What views show of a generator. Which families there are, and what else stands there, is stylegan's to know. */
const generatorForm = {
  key: 'datasetgan.generator',
  what: 'generator',
  remedy: 'make one of the checkpoint with `dgan import`',
  schema: z.looseObject({
    facts: z.looseObject({ name: z.string(), attribution: z.string().optional() }),
    architecture: z.looseObject({ family: z.string(), resolution: z.number() }),
  }),
};

export interface GeneratorFacts {
  readonly name: string;
  readonly attribution: string | undefined;
  /** `stylegan1`, … */
  readonly family: string;
  readonly resolution: number;
}

/** Reads what models say of themselves; each file again only when it changed. */
export class ModelFacts {
  readonly #read = new Map<string, { readonly state: string; readonly facts: Promise<unknown> }>();

  /** Undefined when there is no such file. @throws UserError when it is no generator. */
  async generator(path: string): Promise<GeneratorFacts | undefined> {
    const read = await this.#once(path, async () => {
      const metadata = await readMetadata(path);
      const { facts, architecture } = readDescription({ metadata }, generatorForm, path);
      return {
        name: facts.name,
        attribution: facts.attribution,
        family: architecture.family,
        resolution: architecture.resolution,
      };
    });
    return read?.facts;
  }

  /** Undefined when there is no such file. @throws UserError when it is no interpreter. */
  async interpreter(
    path: string,
  ): Promise<{ readonly described: DescribedInterpreter; readonly modified: number } | undefined> {
    const read = await this.#once(path, async () => describedInterpreter({ metadata: await readMetadata(path) }, path));
    return read && { described: read.facts, modified: read.modified };
  }

  async #once<T>(
    path: string,
    read: () => Promise<T>,
  ): Promise<{ readonly facts: T; readonly modified: number } | undefined> {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    const state = `${found.mtimeMs} ${found.size}`;
    let known = this.#read.get(path);
    if (known?.state !== state) {
      known = { state, facts: read() };
      this.#read.set(path, known);
    }
    return { facts: (await known.facts) as T, modified: found.mtimeMs };
  }
}
