import { numberText } from '../../lib/format.ts';
import { Notice } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import type { DraftAnswer } from './answers.ts';
import { words } from './words.ts';

type Finding = DraftAnswer['problems'][number];
type Change = NonNullable<DraftAnswer['changes']>[number];
type OnPlace = (line: number, column: number) => void;

/** What there is to say of a draft: problems first, then what it would change. */
export function DraftReport({ answer, onPlace }: { readonly answer: DraftAnswer; readonly onPlace: OnPlace }) {
  const w = words.value;
  const { valid, problems, warnings, unchecked, changes } = answer;
  return (
    <div class="draft-report" role="status">
      {valid ? (
        <Notice icon="check" title={w.draftValid} />
      ) : (
        <Notice icon="warning" tone="bad" title={w.draftInvalid(numberText(problems.length))}>
          <Findings findings={problems} onPlace={onPlace} />
        </Notice>
      )}
      {warnings.length > 0 && (
        <Notice icon="warning" tone="warn" title={w.warnings}>
          <Findings findings={warnings} onPlace={onPlace} />
        </Notice>
      )}
      {unchecked.length > 0 && <p class="hint">{w.unchecked(unchecked.join(', '))}</p>}
      {changes !== null && (
        <Panel title={w.wouldChange} flush={changes.length > 0}>
          {changes.length === 0 ? (
            <p class="hint">{w.changesNothing}</p>
          ) : (
            <Table label={w.wouldChange} columns={columns()} rows={changes} rowKey={({ key }) => key} />
          )}
        </Panel>
      )}
    </div>
  );
}

function Findings({ findings, onPlace }: { readonly findings: readonly Finding[]; readonly onPlace: OnPlace }) {
  return (
    <ul class="findings">
      {findings.map(({ line, column, path, message }) => (
        <li key={`${line}:${column} ${path} ${message}`}>
          {line > 0 && (
            <button
              type="button"
              class="finding-place"
              title={words.value.goTo(numberText(line))}
              onClick={() => onPlace(line, column)}
            >
              {line}:{column}
            </button>
          )}{' '}
          {path !== '' && <code>{path}</code>} {message}
        </li>
      ))}
    </ul>
  );
}

function columns(): readonly Column<Change>[] {
  const w = words.value;
  return [
    { name: 'key', title: w.key, cell: ({ key }) => <code>{key}</code> },
    { name: 'before', title: w.was, cell: ({ before }) => <Value text={before} /> },
    { name: 'after', title: w.becomes, cell: ({ after }) => <Value text={after} /> },
  ];
}

function Value({ text }: { readonly text: string | null }) {
  return text === null || text === '' ? <span class="nothing">–</span> : <code>{text}</code>;
}
