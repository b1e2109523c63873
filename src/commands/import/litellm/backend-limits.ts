import { numberOf, sectionOf, type Section } from './read-source.ts';
import type { Reading } from './reading.ts';
import { secondsText } from './seconds-text.ts';

/** Limits and headers of a backend. One with a limit of its own is shared with no other model. */
export function limitsOf(
  params: Section,
  { from, model }: { readonly from: string; readonly model: string },
  { notes, values }: Reading,
): Record<string, unknown> {
  const atOnce = numberOf(params['max_parallel_requests']);
  const [total, first] = [numberOf(params['timeout']), numberOf(params['stream_timeout'])];
  if (atOnce !== undefined)
    notes.nearly(
      `${from} max_parallel_requests`,
      '`max_concurrency` of the backend: more requests wait, and get no 429',
    );
  if (total !== undefined)
    notes.nearly(`${from} timeout`, '`timeout.total_timeout` of the backend: it bounds a stream to its end as well');
  if (first !== undefined) notes.nearly(`${from} stream_timeout`, '`timeout.first_byte_timeout` of the backend');
  const headers = Object.entries({ ...sectionOf(params['headers']), ...sectionOf(params['extra_headers']) });
  const organization = values.plain(params['organization']);
  const sent = [
    ...headers.map(([name, value]) => {
      if (!MAYBE_SECRET.test(name)) return [name, values.plain(value)] as const;
      const wish = `HEADER_${name.toUpperCase().replaceAll(/\W/g, '_')}`;
      return [name, values.secret(value, `${from} extra_headers.${name}`, wish)] as const;
    }),
    ...(organization === undefined ? [] : [['OpenAI-Organization', organization] as const]),
  ].filter(([, value]) => value !== undefined);
  return {
    ...(atOnce === undefined ? {} : { max_concurrency: Math.ceil(atOnce), for: model }),
    ...(total === undefined && first === undefined
      ? {}
      : {
          timeout: {
            ...(first === undefined ? {} : { first_byte_timeout: secondsText(first) }),
            ...(total === undefined ? {} : { total_timeout: secondsText(total) }),
          },
        }),
    ...(sent.length === 0 ? {} : { headers: Object.fromEntries(sent) }),
  };
}

/** Names of headers whose values are kept out of the result. */
const MAYBE_SECRET = /auth|key|token|secret|cookie|signature|password/i;
