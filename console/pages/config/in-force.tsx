import type { z } from 'zod';
import type { configAnswer } from '../../../src/admin/config-schema.ts';
import type { Resource } from '../../lib/resource.ts';
import { setQuery, urlChoice, urlField } from '../../lib/url-state.ts';
import { Badge } from '../../parts/badge.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Time } from '../../parts/figures.tsx';
import { Empty, ErrorNotice, Notice } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Icon } from '../../parts/icon.tsx';
import { words } from './words.ts';
import { yamlLines, type YamlLine } from './yaml-lines.ts';

export type ConfigAnswer = z.output<typeof configAnswer>;

const search = urlField('q');
const only = urlChoice('only', ['', 'set'], '');

/** The config in force, each value with where it comes from. */
export function InForce({ config }: { readonly config: Resource<ConfigAnswer> }) {
  const w = words.value;
  const { value } = config.value;
  const error = config.error.value;
  if (value === undefined)
    return error ? <ErrorNotice error={error} onRetry={config.reload} /> : <Skeleton lines={8} />;
  const lines = shownLines(value);
  return (
    <>
      <Facts config={value} />
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <label class="text-field">
          <span class="field-label">{w.search}</span>
          <span class="text-box">
            <Icon name="search" />
            <input
              type="search"
              data-search
              value={search.value}
              onInput={(event) => (search.value = event.currentTarget.value)}
            />
            <kbd aria-hidden="true">/</kbd>
          </span>
        </label>
        <label class="config-only">
          <input
            type="checkbox"
            checked={only.value === 'set'}
            onChange={(event) => setQuery({ only: event.currentTarget.checked ? 'set' : undefined })}
          />
          {w.onlySet}
        </label>
      </form>
      <Panel title={w.inForce} flush actions={<Copy text={lines.map(lineText).join('\n')} />}>
        {lines.length === 0 ? (
          <Empty title={w.nothingFound} />
        ) : (
          <div class="config-lines" tabIndex={0} role="group" aria-label={w.inForce}>
            {lines.map((line) => (
              <Line key={`${line.path} ${line.head}`} line={line} config={value} />
            ))}
          </div>
        )}
      </Panel>
    </>
  );
}

function Facts({ config }: { readonly config: ConfigAnswer }) {
  const w = words.value;
  const { file, loaded_at: at, digest, valid, problems } = config;
  return (
    <>
      {!valid && (
        <Notice icon="warning" tone="bad" title={w.invalid}>
          <ul>
            {problems.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Notice>
      )}
      <dl class="config-facts">
        <div>
          <dt>{w.file}</dt>
          <dd>{file === null ? w.noFile : <code>{file}</code>}</dd>
        </div>
        <div>
          <dt>{w.since}</dt>
          <dd>
            <Time at={at} form="full" />
          </dd>
        </div>
        <div>
          <dt title={w.digestMore}>{w.digest}</dt>
          <dd title={w.digestMore}>
            <code>{digest}</code>
          </dd>
        </div>
        {valid && file !== null && (
          <div>
            <dt>{w.state}</dt>
            <dd>
              <Badge tone="good">{w.valid}</Badge>
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

/** The lines that are searched for, below the lines that they belong to. */
function shownLines({ config, origins }: ConfigAnswer): YamlLine[] {
  const all = yamlLines(config);
  const asked = search.value.trim().toLowerCase();
  const isShown = (line: YamlLine): boolean => {
    if (line.value === undefined) return false;
    if (only.value === 'set' && origins[line.path] === undefined) return false;
    return asked === '' || line.path.toLowerCase().includes(asked) || line.value.toLowerCase().includes(asked);
  };
  const paths = new Set(all.filter(isShown).flatMap(({ path }) => [path, ...parentsOf(path)]));
  return all.filter((line) => (line.value === undefined ? paths.has(line.path) : isShown(line)));
}

/** `a`, `a.b` and `a.b[0]` of `a.b[0].c`. */
function parentsOf(path: string): string[] {
  return [...path.matchAll(/\.|\[/g)].map(({ index }) => path.slice(0, index));
}

function lineText({ indent, head, value }: YamlLine): string {
  return `${'  '.repeat(indent)}${head}${value === undefined ? '' : ` ${value}`}`;
}

function Line({ line, config }: { readonly line: YamlLine; readonly config: ConfigAnswer }) {
  const { indent, head, value, path } = line;
  const isSet = value === undefined || config.origins[path] !== undefined;
  return (
    <div class={isSet ? 'config-line' : 'config-line config-default'} title={path}>
      <code>
        {'  '.repeat(indent)}
        <span class="json-key">{head}</span>
        {value !== undefined && ` ${value}`}
      </code>
      <span class="config-origin">{value !== undefined && originText(path, config)}</span>
    </div>
  );
}

function originText(path: string, { origins, file }: ConfigAnswer): string {
  const w = words.value;
  const origin = origins[path];
  if (origin === undefined) return path === 'listen' ? w.maybeFlag : w.byDefault;
  const { line, variables, secret_file: secret } = origin;
  const place = `${file?.split('/').at(-1) ?? ''}:${line}`;
  const more = [
    ...(variables.length > 0 ? [w.env(variables.join(', '))] : []),
    ...(secret === null ? [] : [w.fromFile(secret)]),
  ];
  return [place, ...more].join(' · ');
}
