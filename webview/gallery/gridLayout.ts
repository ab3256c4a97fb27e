// Where cells of equal size lie in a scrolled grid: all that the virtual grid computes, without a DOM.

export interface GridSize {
  /** Inner width of the scrolled area. */
  readonly width: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Between cells, and around them. */
  readonly gap: number;
  readonly count: number;
}

export interface GridLayout extends GridSize {
  readonly columns: number;
  readonly rows: number;
  /** From one row to the next. */
  readonly rowHeight: number;
  /** Of all rows. */
  readonly height: number;
  /** What the scrolled element is really high: browsers lose whole pixels beyond some ten millions. */
  readonly scrollHeight: number;
}

/** Chromium's layout ends at 2²⁵ pixels; Firefox's earlier. */
export const TALLEST = 15_000_000;

export function gridLayout(size: GridSize): GridLayout {
  const { width, cellWidth, cellHeight, gap, count } = size;
  const columns = Math.max(1, Math.floor((width - gap) / (cellWidth + gap)));
  const rows = Math.ceil(count / columns);
  const rowHeight = cellHeight + gap;
  const height = rows === 0 ? 0 : rows * rowHeight + gap;
  return { ...size, columns, rows, rowHeight, height, scrollHeight: Math.min(height, TALLEST) };
}

/** How far the rows are scrolled, which is more than the scroll bar says when the rows are higher than an element can be. */
export function offsetOf({ height, scrollHeight }: GridLayout, scrollTop: number, view: number): number {
  if (height === scrollHeight || scrollHeight <= view) return scrollTop;
  return (scrollTop / (scrollHeight - view)) * (height - view);
}

/** The inverse of {@link offsetOf}. */
export function scrollTopOf({ height, scrollHeight }: GridLayout, offset: number, view: number): number {
  if (height === scrollHeight || scrollHeight <= view) return offset;
  return (offset / (height - view)) * (scrollHeight - view);
}

/** The rows to have in the document: those in view and `spare` ones above and below; `end` is not among them. */
export function rowsInView(
  { rows, rowHeight }: GridLayout,
  offset: number,
  view: number,
  spare = 1,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(offset / rowHeight) - spare);
  const end = Math.min(rows, Math.ceil((offset + view) / rowHeight) + spare);
  return { first: Math.min(first, rows), end: Math.max(end, Math.min(first, rows)) };
}

/** The offset nearest to `offset` at which the whole row of the cell is in view. */
export function offsetThatShows(
  { columns, rowHeight, gap }: GridLayout,
  cell: number,
  offset: number,
  view: number,
): number {
  const top = Math.floor(cell / columns) * rowHeight;
  const bottom = top + rowHeight + gap;
  if (top < offset) return top;
  return bottom > offset + view ? Math.max(0, Math.min(top, bottom - view)) : offset;
}

/** The cell that a key leads to, or undefined when it is not a key of the grid. Always a cell that is there. */
export function cellAfterKey(
  { columns, count, rowHeight }: GridLayout,
  cell: number,
  key: string,
  view: number,
  control = false,
): number | undefined {
  if (count === 0) return undefined;
  const page = Math.max(1, Math.floor(view / rowHeight)) * columns;
  const column = cell % columns;
  /** Straight up or down; at an end, as far as there is a row. */
  const vertically = (by: number): number => {
    const to = cell + by;
    if (to < 0) return column;
    if (to < count) return to;
    const lastRow = Math.floor((count - 1) / columns) * columns;
    // The last row may be too short for the column.
    return by === columns && lastRow <= cell ? cell : Math.min(lastRow + column, count - 1);
  };
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, cell - 1);
    case 'ArrowRight':
      return Math.min(count - 1, cell + 1);
    case 'ArrowUp':
      return cell < columns ? cell : cell - columns;
    case 'ArrowDown':
      return vertically(columns);
    case 'PageUp':
      return vertically(-page);
    case 'PageDown':
      return vertically(page);
    case 'Home':
      return control ? 0 : cell - column;
    case 'End':
      return control ? count - 1 : Math.min(count - 1, cell - column + columns - 1);
    default:
      return undefined;
  }
}
