import type { ComponentChildren } from 'preact';
import type { ApiError } from '../lib/api.ts';
import { go } from '../lib/router.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Empty, ErrorNotice } from './notice.tsx';
import { Skeleton } from './skeleton.tsx';
import { sortedRows, type Sort } from './sorting.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly name: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right, digit below digit. */
  readonly isNumber?: boolean;
  /** What its rows are sorted by, where the browser has all of them. */
  readonly sortValue?: (row: Row) => string | number | bigint | null;
  /** Leaves a narrow screen first. */
  readonly isExtra?: boolean;
  /** What stands below its rows, in a last row that says what they come to. */
  readonly foot?: ComponentChildren;
}

/**
 * Rows with a head that stays in sight. Arrows, Home and End move between rows, Enter opens one. Says itself when it has
 * nothing, waits, or has failed.
 */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, error, onRetry, sort, hrefOf } = props;
  if (rows === undefined)
    return error ? <ErrorNotice error={error} {...(onRetry && { onRetry })} /> : <Skeleton lines={6} />;
  return (
    <>
      {error && <ErrorNotice error={error} {...(onRetry && { onRetry })} />}
      {rows.length === 0 ? (
        (props.empty ?? <Empty title={words.value.noRows} />)
      ) : (
        <div class="table-box" tabIndex={0} role="group" aria-label={label}>
          <table class="table" aria-label={label}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <HeadCell key={column.name} column={column} sort={sort} />
                ))}
              </tr>
            </thead>
            <tbody onKeyDown={moveBetweenRows}>
              {sortedRows(rows, columns, sort?.value).map((row, at) => (
                <BodyRow key={rowKey(row)} row={row} columns={columns} href={hrefOf?.(row)} isFirst={at === 0} />
              ))}
            </tbody>
            {columns.some(({ foot }) => foot !== undefined) && <FootRow columns={columns} />}
          </table>
        </div>
      )}
      {props.onMore && (
        <div class="table-more">
          <Button onClick={props.onMore} disabled={props.isLoading === true}>
            {props.isLoading === true ? words.value.loading : words.value.more}
          </Button>
        </div>
      )}
    </>
  );
}

interface TableProps<Row> {
  /** What its rows are, for a screen reader. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined: not there yet. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly error?: ApiError | undefined;
  readonly onRetry?: () => void;
  /** Where a row leads. */
  readonly hrefOf?: (row: Row) => string;
  /** What rows are sorted by: a field of the address, or a signal. */
  readonly sort?: Sort;
  readonly empty?: ComponentChildren;
  /** There are more, which this asks for. */
  readonly onMore?: (() => void) | undefined;
  readonly isLoading?: boolean;
}

function HeadCell<Row>({ column, sort }: { readonly column: Column<Row>; readonly sort: Sort | undefined }) {
  const { name, title, isNumber, isExtra, sortValue } = column;
  const classes = cellClass(isNumber, isExtra);
  if (sort === undefined || sortValue === undefined)
    return (
      <th scope="col" class={classes}>
        {title}
      </th>
    );
  const isDown = sort.value === `-${name}`;
  const isUp = sort.value === name;
  // Numbers are looked at from the largest down.
  const next = isNumber === true ? (isDown ? name : `-${name}`) : isUp ? `-${name}` : name;
  return (
    <th scope="col" class={classes} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" class="sort" onClick={() => (sort.value = next)} title={words.value.sortBy(title)}>
        {title}
        {(isUp || isDown) && <Icon name={isUp ? 'up' : 'down'} />}
      </button>
    </th>
  );
}

interface BodyRowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly href: string | undefined;
  readonly isFirst: boolean;
}

/** A row that leads somewhere is opened by a click anywhere; its first cell is the link, for the keyboard and new tabs. */
function BodyRow<Row>({ row, columns, href, isFirst }: BodyRowProps<Row>) {
  const open = (event: MouseEvent): void => {
    const isOnOther = (event.target as Element).closest('a, button, input') !== null;
    if (href !== undefined && !isOnOther && getSelection()?.toString() === '') go(href);
  };
  return (
    <tr
      class={href === undefined ? undefined : 'row-link'}
      onClick={open}
      data-row={href === undefined ? undefined : ''}
    >
      {columns.map(({ name, cell, isNumber, isExtra }, at) => (
        <td key={name} class={cellClass(isNumber, isExtra)}>
          {at === 0 && href !== undefined ? (
            <a href={href} data-row-link tabIndex={isFirst ? 0 : -1}>
              {cell(row)}
            </a>
          ) : (
            cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function FootRow<Row>({ columns }: { readonly columns: readonly Column<Row>[] }) {
  return (
    <tfoot>
      <tr>
        {columns.map(({ name, foot, isNumber, isExtra }) => (
          <td key={name} class={cellClass(isNumber, isExtra)}>
            {foot}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}

function cellClass(isNumber = false, isExtra = false): string | undefined {
  return [isNumber && 'number', isExtra && 'extra'].filter(Boolean).join(' ') || undefined;
}

/** One row of a table is in the tab order; arrows move on from there. */
function moveBetweenRows(event: KeyboardEvent): void {
  const links = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('[data-row-link]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  const next = to === undefined || at === -1 ? undefined : links[to];
  if (next === undefined) return;
  event.preventDefault();
  for (const link of links) link.tabIndex = link === next ? 0 : -1;
  next.focus();
}
