import { pictureName } from '../../src/dataset/imageName.ts';

export type PictureKind = 'images' | 'labels' | 'uncertainty';

/** Where the webview finds a picture of the data set at `uri`. */
export function pictureAddress(uri: string, kind: PictureKind, id: number): string {
  return `${uri}/${kind}/${pictureName(id)}`;
}
