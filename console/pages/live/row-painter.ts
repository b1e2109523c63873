import { iconPath } from '../../parts/icon.tsx';
import { requestHref } from '../../lib/request-search.ts';
import { cellsOf, LIVE_COLUMNS, type LiveCells } from './live-cells.ts';
import type { LiveEntry } from './live-list.ts';

/** The height of every row, in CSS pixels, as live.css has it. */
export const ROW_PX = 32;
/** Rows beyond what is in sight, for scrolling. */
const SPARE_ROWS = 4;

/**
 * Paints the rows that are in sight, and no others: a fixed number of elements whose texts change. With hundreds of requests a
 * second that costs as much as with a few.
 */
export class RowPainter {
  readonly #rows: PaintedRow[] = [];
  /** The texts of entries that were painted; they go with the entries. */
  readonly #cells = new WeakMap<LiveEntry, LiveCells>();

  #count = -1;

  constructor(
    private readonly box: HTMLElement,
    private readonly body: HTMLElement,
  ) {}

  paint(entries: readonly LiveEntry[], now: number): void {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - 1);
    const count = Math.min(entries.length - first, Math.ceil(this.box.clientHeight / ROW_PX) + SPARE_ROWS);
    if (entries.length !== this.#count) {
      this.#count = entries.length;
      this.body.style.height = `${entries.length * ROW_PX}px`;
      this.box.setAttribute('aria-rowcount', String(entries.length + 1));
    }
    while (this.#rows.length < count) this.#rows.push(new PaintedRow(this.body));
    for (const [at, row] of this.#rows.entries()) {
      const entry = at < count ? entries[first + at] : undefined;
      if (entry === undefined) row.hide();
      else row.show(first + at, this.#cellsOf(entry, now));
    }
  }

  /** Forgets the texts, whose language or zone has changed. */
  forget(entries: readonly LiveEntry[]): void {
    for (const entry of entries) this.#cells.delete(entry);
  }

  #cellsOf(entry: LiveEntry, now: number): LiveCells {
    const known = this.#cells.get(entry);
    if (known !== undefined) return known;
    const cells = cellsOf(entry, now);
    // How long one is under way changes by the second.
    if (entry.row !== undefined) this.#cells.set(entry, cells);
    return cells;
  }
}

/** One row of elements, made once. */
class PaintedRow {
  readonly #element = document.createElement('div');
  readonly #link = document.createElement('a');
  readonly #icon = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  readonly #badge = document.createElement('span');
  readonly #code = document.createElement('code');
  readonly #texts: Text[] = [];
  #at = -1;
  #cells: LiveCells | undefined;

  constructor(body: HTMLElement) {
    this.#element.className = 'live-row';
    this.#element.setAttribute('role', 'row');
    for (const { name, isNumber, isExtra } of LIVE_COLUMNS) this.#addCell(name, isNumber, isExtra);
    body.append(this.#element);
  }

  hide(): void {
    if (this.#cells === undefined) return;
    this.#cells = undefined;
    this.#element.hidden = true;
  }

  show(at: number, cells: LiveCells): void {
    if (at !== this.#at) {
      this.#at = at;
      this.#element.style.transform = `translateY(${at * ROW_PX}px)`;
      // The head is the first.
      this.#element.setAttribute('aria-rowindex', String(at + 2));
    }
    if (cells === this.#cells) return;
    if (this.#cells === undefined) this.#element.hidden = false;
    for (const [column, text] of cells.texts.entries()) {
      const node = this.#texts[column];
      if (node !== undefined && node.data !== text) node.data = text;
    }
    if (cells.code !== this.#cells?.code) this.#code.textContent = cells.code;
    if (cells.tone !== this.#cells?.tone) this.#badge.className = `badge tone-${cells.tone}`;
    if (cells.icon !== this.#cells?.icon) this.#icon.setAttribute('d', iconPath(cells.icon));
    if (cells.id === undefined) this.#link.removeAttribute('href');
    else this.#link.href = requestHref(cells.id);
    this.#cells = cells;
  }

  #addCell(name: string, isNumber: boolean, isExtra: boolean): void {
    const cell = document.createElement('div');
    cell.setAttribute('role', 'cell');
    cell.className = ['live-cell', isNumber && 'number', isExtra && 'extra'].filter(Boolean).join(' ');
    const text = document.createTextNode('');
    this.#texts.push(text);
    if (name === 'time') {
      this.#link.append(text);
      cell.append(this.#link);
    } else if (name === 'status') {
      const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      picture.setAttribute('class', 'icon');
      picture.setAttribute('viewBox', '0 0 16 16');
      picture.setAttribute('aria-hidden', 'true');
      picture.append(this.#icon);
      this.#badge.append(picture, text);
      this.#code.className = 'live-code';
      cell.append(this.#badge, this.#code);
    } else cell.append(text);
    this.#element.append(cell);
  }
}
