import type { Dialect } from '../database.ts';
import type { Migration } from './migration.ts';

/** Exchanges with their attempts and charges, in tables of a day; what they come to, in tables that last longer. */
export const ledger: Migration = {
  version: 2,
  name: 'ledger',
  statements: (dialect) => [
    `CREATE TABLE dimensions (
      id ${dialect.identity},
      hash TEXT${dialect.bytewise} NOT NULL UNIQUE,
      caller TEXT${dialect.bytewise},
      team TEXT${dialect.bytewise},
      owner TEXT${dialect.bytewise},
      alias TEXT${dialect.bytewise},
      backend TEXT${dialect.bytewise},
      model TEXT${dialect.bytewise}
    )`,
    `CREATE TABLE tags (
      id ${dialect.identity},
      hash TEXT${dialect.bytewise} NOT NULL UNIQUE,
      key TEXT${dialect.bytewise} NOT NULL,
      value TEXT${dialect.bytewise} NOT NULL
    )`,
    `CREATE INDEX tags_by_key ON tags (key, value)`,
    ...['hour', 'day'].flatMap((span) => [
      `CREATE TABLE ${span}_rollups (
        dim BIGINT NOT NULL,
        span BIGINT NOT NULL,
        ${MEASURES},
        PRIMARY KEY (dim, span)
      )${dialect.clustered}`,
      `CREATE TABLE ${span}_tag_rollups (
        tag BIGINT NOT NULL,
        dim BIGINT NOT NULL,
        span BIGINT NOT NULL,
        ${MEASURES},
        PRIMARY KEY (tag, dim, span)
      )${dialect.clustered}`,
    ]),
    `CREATE TABLE budget_spend (
      budget TEXT${dialect.bytewise} NOT NULL,
      window_start BIGINT NOT NULL,
      amount BIGINT NOT NULL,
      of_dropped BIGINT NOT NULL,
      PRIMARY KEY (budget, window_start)
    )${dialect.clustered}`,
    `CREATE TABLE ledger_days (
      day BIGINT PRIMARY KEY NOT NULL,
      dropped BIGINT NOT NULL
    )`,
    `INSERT INTO counters (name, value) VALUES ('ledger_begins', 0)`,
    ...parents(dialect),
  ],
};

/** Where parts of days can belong to one table, it is that one which people query. */
function parents({ bytewise, partitioned }: Dialect): string[] {
  if (partitioned === undefined) return [];
  const texts = (names: string): string =>
    names
      .split(' ')
      .map((name) => `${name} TEXT${bytewise}`)
      .join(', ');
  const wholes = (names: string): string =>
    names
      .split(' ')
      .map((name) => `${name} BIGINT`)
      .join(', ');
  const usage = `${wholes(TOKENS)}, ${texts('server_tools')}, ${wholes('server_tool_calls')}, ${texts('tier')}, ${wholes('stated_nano_usd estimated')}`;
  return [
    partitioned(
      'exchanges',
      `${texts('id trace_id node')}, ${wholes('day dim started_at duration_ms ttft_ms queue_ms')},
      ${texts('key_id key_generation end_user session tags alias_asked served_alias')},
      ${texts('reported_model client_dialect backend_dialect endpoint')}, ${wholes('stream status interrupted')},
      ${texts('error_code finish_reason cache client_ip user_agent')},
      ${wholes('nano_usd unpriced held_nano_usd bytes_in bytes_out attempts')}, ${usage}`,
    ),
    partitioned(
      'tries',
      `${texts('exchange')}, ${wholes('position day started_at duration_ms')},
      ${texts('backend model reported_model dialect')}, ${wholes('status')}, ${texts('failure detail hedge')},
      ${wholes('nano_usd')}, ${texts('cost_source rates')}, ${wholes('unpriced')}, ${usage}`,
    ),
    partitioned(
      'charges',
      `${texts('exchange')}, ${wholes('position day')}, ${texts('budget')}, ${wholes('window_start amount')}`,
    ),
    partitioned('exchange_tags', `${wholes('tag')}, ${texts('exchange')}, ${wholes('day')}`),
  ];
}

const TOKENS =
  'input_tokens cache_read_tokens cache_write_5m_tokens cache_write_1h_tokens output_tokens reasoning_tokens audio_in_tokens audio_out_tokens image_in_tokens image_out_tokens';

const MEASURES =
  `requests failed interrupted estimated unpriced attempts nano_usd server_tool_calls duration_ms ttft_ms ttft_count queue_ms bytes_in bytes_out ${TOKENS}`
    .split(' ')
    .map((name) => `${name} BIGINT NOT NULL`)
    .join(',\n        ');
