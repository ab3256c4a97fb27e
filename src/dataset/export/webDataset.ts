import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { UserError } from '../../base/userError.ts';
import { encodeLabelPng } from '../png.ts';
import { classTable } from './classTable.ts';
import type { ExportFormat } from './exportFormat.ts';
import type { SplitName } from './split.ts';

/**
 * WebDataset (github.com/webdataset/webdataset): numbered .tar files; what has the same name up to the first dot is one
 * sample. The headers hold no time and no owner, so equal data are equal bytes.
 */
export const webDataset: ExportFormat = {
  name: 'webdataset',
  description: 'WebDataset: numbered .tar shards with image, labels and facts of each sample',
  notes: ({ options }) => [
    `- \`<part>-000000.tar\` …, up to ${options.shardSize} samples each; in them \`000000.image.png\`, \`000000.labels.png\`, \`000000.json\`.`,
    '- A value of `labels.png` is the class id; 255 is not labelled. `classes.json` has the names.',
  ],
  async write(samples, { folder, classes, splits, options }) {
    const { shardSize } = options;
    if (!Number.isSafeInteger(shardSize) || shardSize < 1)
      throw new UserError(`A shard of ${shardSize} samples cannot be written: give a whole number from 1 on.`);
    const parts = new Map<SplitName, { shard: Shard | undefined; samples: number }>();
    for (const split of splits) parts.set(split, { shard: undefined, samples: 0 });
    try {
      for await (const { id, name, split, image, labels, kept } of samples) {
        const part = parts.get(split)!;
        if (part.samples % shardSize === 0) {
          await part.shard?.close();
          const number = String(part.samples / shardSize).padStart(6, '0');
          part.shard = openShard(await folder.claim(`${split}-${number}.tar`));
        }
        const shard = part.shard!;
        await shard.add(`${name}.image.png`, image);
        await shard.add(`${name}.labels.png`, encodeLabelPng(labels));
        await shard.add(
          `${name}.json`,
          Buffer.from(JSON.stringify({ id, kept, width: labels.width, height: labels.height })),
        );
        part.samples++;
      }
      for (const { shard } of parts.values()) await shard?.close();
    } catch (error) {
      for (const { shard } of parts.values()) await shard?.discard();
      throw error;
    }
    await folder.write('classes.json', classTable(classes));
  },
};

interface Shard {
  /** Resolves when the bytes went on to the file, so that no shard gathers in memory. */
  add(name: string, data: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Ends the file where it is; resolves when it is closed, so that the folder can be taken away. */
  discard(): Promise<void>;
}

function openShard(path: string): Shard {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  written.catch(() => undefined); // it is awaited with each entry; between entries nobody listens
  const header = { mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };
  return {
    async add(name, data) {
      const added = new Promise<void>((resolve, reject) => {
        const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
        // A failed disk reaches the entry too, and an error event that nobody hears would end the process.
        tar
          .entry({ ...header, name, size: bytes.length }, bytes, (error) => (error ? reject(error) : resolve()))
          .on('error', reject);
      });
      await Promise.race([added, written]); // `written` ends first only if the disk fails
    },
    async close() {
      tar.finalize();
      await written;
    },
    async discard() {
      tar.destroy();
      await written.catch(() => undefined);
    },
  };
}
