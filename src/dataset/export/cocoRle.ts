import type { Regions } from './regions.ts';

/**
 * COCO's run lengths of one region over the whole image: column by column, first the pixels outside, then inside, and
 * so on (pycocotools, common/maskApi.h).
 */
export function regionRuns({ width, height, owner, regions }: Regions, index: number): readonly number[] {
  const { box } = regions[index]!;
  const runs: number[] = [];
  const inside = () => runs.length % 2 === 1;
  let begin = 0;
  const flip = (at: number) => {
    runs.push(at - begin);
    begin = at;
  };
  for (let x = box.x; x < box.x + box.width; x++) {
    if (inside() && box.y > 0) flip(x * height);
    for (let y = box.y; y < box.y + box.height; y++) {
      if ((owner[y * width + x] === index) !== inside()) flip(x * height + y);
    }
    if (inside() && box.y + box.height < height) flip(x * height + box.y + box.height);
  }
  const end = (box.x + box.width) * height;
  if (inside() && end < width * height) flip(end);
  runs.push(width * height - begin);
  return runs;
}

/** COCO's text form of run lengths: differences to the run before last, five bits a character (maskApi.c, rleToString). */
export function compressRuns(runs: readonly number[]): string {
  let text = '';
  for (let i = 0; i < runs.length; i++) {
    let rest = runs[i]! - (i > 2 ? runs[i - 2]! : 0);
    for (let more = true; more;) {
      const low = rest & 31;
      rest >>= 5;
      more = low & 16 ? rest !== -1 : rest !== 0;
      text += String.fromCharCode(48 + (low | (more ? 32 : 0)));
    }
  }
  return text;
}
