import { useSignal } from '@preact/signals';
import { numberText } from '../lib/format.ts';
import { words } from '../words/words.ts';
import { Copy } from './copy.tsx';

/** JSON that can be folded, or any other text as it is, with a button that copies it. */
export function Code({ label, value, text }: CodeProps) {
  const whole = text ?? JSON.stringify(value, null, 2);
  return (
    <div class="code" role="group" aria-label={label} tabIndex={0}>
      <div class="code-tools">
        <Copy text={whole} />
      </div>
      <pre>
        <code>{text ?? <Node value={value} depth={0} />}</code>
      </pre>
    </div>
  );
}

interface CodeProps {
  readonly label: string;
  /** JSON. */
  readonly value?: unknown;
  /** In its place, a text that is shown as it is. */
  readonly text?: string;
}

/** What is deeper is folded at first. */
const OPEN_DEPTH = 3;
/** A list with more entries than this as well. */
const OPEN_ENTRIES = 50;

function Node({ value, depth }: { readonly value: unknown; readonly depth: number }) {
  if (typeof value === 'object' && value !== null) return <Branch value={value} depth={depth} />;
  return <span class={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>;
}

function Branch({ value, depth }: { readonly value: object; readonly depth: number }) {
  const entries: readonly [string, unknown][] = Object.entries(value);
  const isOpen = useSignal(depth < OPEN_DEPTH && entries.length <= OPEN_ENTRIES);
  const [start, end] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return <>{`${start}${end}`}</>;
  const { expand, collapse, entries: counted } = words.value;
  const toggle = (
    <button
      type="button"
      class="fold"
      aria-expanded={isOpen.value}
      aria-label={isOpen.value ? collapse : expand}
      onClick={() => (isOpen.value = !isOpen.value)}
    >
      {isOpen.value ? '▾' : '▸'}
    </button>
  );
  if (!isOpen.value)
    return (
      <>
        {toggle}
        {start} <span class="json-folded">{counted(numberText(entries.length))}</span> {end}
      </>
    );
  const indent = '  '.repeat(depth + 1);
  return (
    <>
      {toggle}
      {`${start}\n`}
      {entries.map(([key, each], at) => (
        <span key={key}>
          {indent}
          {!Array.isArray(value) && <span class="json-key">{JSON.stringify(key)}: </span>}
          <Node value={each} depth={depth + 1} />
          {at === entries.length - 1 ? '\n' : ',\n'}
        </span>
      ))}
      {'  '.repeat(depth)}
      {end}
    </>
  );
}
