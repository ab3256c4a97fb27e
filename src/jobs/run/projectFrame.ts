import type { Project } from '../../dataset/projectFile.ts';
import { labelFrame, type LabelFrame } from '../../interpreter/labelFrame.ts';
import type { StoredGenerator } from '../../stylegan/generator.ts';

/** What part of the generator's image the project labels, and at what size: the crop is the generator's, the size the project's. */
export function projectFrame({ settings }: Project, { architecture, facts }: StoredGenerator): LabelFrame {
  return labelFrame({ resolution: architecture.resolution, crop: facts.crop }, settings.generator.labelSize);
}
