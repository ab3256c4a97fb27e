import { unpackBytes } from '../../src/dataset/annotation/packedLabels.ts';
import type { RgbImage } from '../../src/dataset/image.ts';
import type { LabelMap } from '../../src/dataset/labelMap.ts';
import type { PackedPrediction, SampleSnapshot } from '../../src/messages/annotatorMessages.ts';
import { LabelSync } from './labelSync.ts';
import { rgbOfImage } from './sampleImage.ts';
import { Scene, type SceneLook } from './scene.ts';
import { FillTool } from './tools/fillTool.ts';
import { LassoTool } from './tools/lassoTool.ts';
import { PolygonTool } from './tools/polygonTool.ts';
import { StrokeTool } from './tools/strokeTool.ts';
import { SuperpixelTool } from './tools/superpixelTool.ts';
import type { PointerTool, ToolBench } from './tools/tool.ts';
import { WandTool } from './tools/wandTool.ts';
import type { ToolName } from './viewState.ts';
import type { Viewport } from './viewport.ts';

export type ToolSet = Readonly<Record<ToolName, PointerTool>> & { readonly superpixels: SuperpixelTool };

/** All that belongs to the pixels of the sample that is shown, and ends with it. */
export class OpenSample {
  readonly sync: LabelSync;
  readonly scene: Scene;
  readonly width: number;
  readonly height: number;
  prediction: LabelMap | undefined;
  readonly #picture: ImageBitmap;
  #rgb: RgbImage | undefined;

  constructor(
    sample: SampleSnapshot,
    picture: ImageBitmap,
    canvas: HTMLCanvasElement,
    look: SceneLook,
    before: OpenSample | undefined,
  ) {
    const { width, height } = sample;
    this.width = width;
    this.height = height;
    this.#picture = picture;
    this.sync = new LabelSync(this.#unpacked(sample.labels), sample.version, before?.sync);
    this.scene = new Scene(canvas, picture, this.sync.labels, look);
  }

  get labels(): LabelMap {
    return this.sync.labels;
  }

  /** Decoded when first asked for. */
  image(): RgbImage {
    return (this.#rgb ??= rgbOfImage(this.#picture, this));
  }

  setPrediction({ labels, uncertainty }: PackedPrediction): void {
    this.prediction = this.#unpacked(labels);
    this.scene.setPrediction({
      labels: this.prediction,
      uncertainty: unpackBytes(uncertainty, this.width * this.height),
    });
  }

  setOtherSide(packed: Uint8Array | undefined): void {
    this.scene.setOtherSide(packed && this.#unpacked(packed));
  }

  #unpacked(packed: Uint8Array): LabelMap {
    const { width, height } = this;
    return { width, height, data: unpackBytes(packed, width * height) };
  }
}

export function createTools(bench: ToolBench, viewport: () => Viewport): ToolSet {
  return {
    brush: new StrokeTool(bench, 'brush'),
    eraser: new StrokeTool(bench, 'eraser'),
    accept: new StrokeTool(bench, 'accept'),
    polygon: new PolygonTool(bench, () => viewport().scale),
    lasso: new LassoTool(bench),
    fill: new FillTool(bench),
    wand: new WandTool(bench, viewport),
    superpixels: new SuperpixelTool(bench),
  };
}
