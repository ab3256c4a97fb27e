/** The mark of what nobody has labelled: thin diagonal lines, one dark and one light, that show on any image and let it be seen. */
export function hatchPattern(context: CanvasRenderingContext2D, pixelRatio: number): CanvasPattern {
  const size = Math.max(6, Math.round(9 * pixelRatio));
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d')!;
  pen.lineWidth = Math.max(1, pixelRatio * 0.9);
  const line = (offset: number, colour: string): void => {
    pen.strokeStyle = colour;
    pen.beginPath();
    // Three copies, so that the lines go on over the tile's corners.
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift + offset - 1, size + 1);
      pen.lineTo(shift + offset + size + 1, -1);
    }
    pen.stroke();
  };
  line(0, 'rgba(0, 0, 0, 0.42)');
  line(pen.lineWidth * 1.4, 'rgba(255, 255, 255, 0.42)');
  return context.createPattern(tile, 'repeat')!;
}
