import { join } from 'node:path';
import { readSample } from '../../src/dataset/dganFile.ts';
import type { Sample } from '../../src/dataset/sample.ts';
import { repository } from './repository.ts';

/**
 * A sample of 1024² as a photo: an avatar with its labels, sixteen times larger, with a grain that PNG can't pack away (as a real
 * photo's), and labels whose borders are not straight.
 */
export async function largeSample(): Promise<Sample> {
  const small = await readSample(join(repository, 'models/avatars-64/samples/000.dgan'));
  const size = 1024;
  const scale = size / small.labels.width;
  const image = new Uint8Array(size * size * 3);
  const labels = new Uint8Array(size * size);
  let random = 1;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      const shiftedX = Math.min(size - 1, Math.max(0, Math.round(x + 6 * Math.sin(y / 5))));
      const from = Math.floor(y / scale) * small.labels.width + Math.floor(shiftedX / scale);
      const to = y * size + x;
      labels[to] = small.labels.data[from]!;
      for (let c = 0; c < 3; c++)
        image[to * 3 + c] = Math.min(255, small.image.data[from * 3 + c]! + ((random >>> 16) & 7));
    }
  }
  return {
    manifest: { ...small.manifest, origin: { kind: 'photo' }, status: 'open' },
    image: { width: size, height: size, data: image },
    labels: { width: size, height: size, data: labels },
  };
}
