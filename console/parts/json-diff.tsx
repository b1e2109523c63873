import { useSignal } from '@preact/signals';
import { diffLines, type DiffLine } from '../lib/diff-lines.ts';
import { numberText } from '../lib/format.ts';
import { words } from '../words/words.ts';

/** So many lines around a change are shown. */
const CONTEXT = 3;

/** What differs between two JSON values, or texts, line by line. Long parts that are the same are folded. */
export function JsonDiff({ label, before, after }: JsonDiffProps) {
  const groups = grouped(diffLines(textOf(before), textOf(after)));
  return (
    <div class="code diff" role="group" aria-label={label} tabIndex={0}>
      <pre>
        {groups.map((group, at) => (
          <Group key={at} group={group} isFirst={at === 0} isLast={at === groups.length - 1} />
        ))}
      </pre>
    </div>
  );
}

interface JsonDiffProps {
  readonly label: string;
  readonly before: unknown;
  readonly after: unknown;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

type LineGroup = readonly DiffLine[];

/** Lines that are the same, and lines that are not, by turns. */
function grouped(lines: readonly DiffLine[]): LineGroup[] {
  const groups: DiffLine[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    const isSame = last?.[0]?.kind === 'same';
    if (last === undefined || isSame !== (line.kind === 'same')) groups.push([line]);
    else last.push(line);
  }
  return groups;
}

interface GroupProps {
  readonly group: LineGroup;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function Group({ group, isFirst, isLast }: GroupProps) {
  const isOpen = useSignal(false);
  const head = isFirst ? 0 : CONTEXT;
  const tail = isLast ? 0 : CONTEXT;
  const isLong = group[0]?.kind === 'same' && group.length > head + tail + 1;
  if (!isLong || isOpen.value) return <Lines lines={group} />;
  return (
    <>
      <Lines lines={group.slice(0, head)} />
      <button type="button" class="diff-fold" onClick={() => (isOpen.value = true)}>
        {words.value.unchanged(numberText(group.length - head - tail))}
      </button>
      <Lines lines={group.slice(group.length - tail)} />
    </>
  );
}

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

function Lines({ lines }: { readonly lines: LineGroup }) {
  const { added, removed } = words.value;
  const said = { same: undefined, added, removed };
  return (
    <>
      {lines.map(({ kind, text }, at) => (
        <span key={at} class={`diff-line diff-${kind}`}>
          <span class="diff-sign" aria-hidden="true">
            {SIGNS[kind]}
          </span>
          {said[kind] && <span class="off-screen">{said[kind]}: </span>}
          {text}
          {'\n'}
        </span>
      ))}
    </>
  );
}
