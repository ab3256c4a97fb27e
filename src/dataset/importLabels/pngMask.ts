import { UserError } from '../../base/userError.ts';
import { decodeMaskPng } from '../png.ts';
import { foreignLabels, idClass, type ForeignClass, type ForeignLabels } from './foreignLabels.ts';

/**
 * A mask from a PNG. Grey values are ids. Colours are colours. An indexed PNG may mean either: its colours, when all that occur are
 * known ones, else the indices; 255 is "not labelled" in both. Fully transparent pixels are not labelled.
 * @param isKnownColour whether a colour (`#rrggbb`, small letters) is that of a class
 * @throws UserError that names `file` for anything that is no mask.
 */
export function readPngMask(
  bytes: Uint8Array,
  file: string,
  isKnownColour: (colour: string) => boolean,
): ForeignLabels {
  const mask = decodeMaskPng(bytes, file);
  const labels = foreignLabels(mask, mask.values, classOf(mask, isKnownColour));
  if (!labels)
    throw new UserError(`${file} is no mask: it has more than a thousand different colours. (Blurred edges? A photo?)`);
  return labels;
}

function classOf(
  mask: ReturnType<typeof decodeMaskPng>,
  isKnownColour: (colour: string) => boolean,
): (value: number) => ForeignClass | undefined {
  if (mask.kind === 'grey') return idClass;
  if (mask.kind === 'colours') return (value) => (value < 0 ? undefined : colourClass(colourText(value)));
  const colours = mask.palette.map(([red, green, blue]) => colourText((red << 16) | (green << 8) | blue));
  const used = [...new Set(mask.values)].filter((index) => index !== 255);
  const byColour = used.length > 0 && used.every((index) => isKnownColour(colours[index] ?? ''));
  return (index) => (index === 255 || !byColour ? idClass(index) : colourClass(colours[index]!));
}

function colourClass(text: string): ForeignClass {
  return { kind: 'colour', text };
}

function colourText(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, '0')}`;
}
