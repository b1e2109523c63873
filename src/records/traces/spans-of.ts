import type { AttemptRecord } from '../../core/record.ts';
import { newSpanId } from '../../lib/trace-context.ts';
import { attributesOf, type ExchangeSubject, type Mask, type Profile } from './attribute-row.ts';
import type { Attribute, Span, SpanEvent, SpanLink } from './span.ts';

/** Of so many attempts a span is made: the first half and the last. */
const MOST_ATTEMPTS = 128;
const MOST_EVENTS = 128;

/** How things are called, and how secrets are masked. */
interface Words {
  readonly profile: Profile;
  readonly mask: Mask;
}

/** An attempt with the id of its span. */
interface NamedAttempt {
  readonly tried: AttemptRecord;
  readonly spanId: string;
}

/**
 * The spans of an exchange: its own first, one for each time in the queue, and one for each attempt. `spanIds` are those of
 * the attempts, the same for every destination.
 */
export function spansOf(subject: ExchangeSubject, spanIds: readonly string[], profile: Profile, mask: Mask): Span[] {
  const { record, trace } = subject;
  const named = record.tries.map((tried, at): NamedAttempt => ({ tried, spanId: spanIds[at] ?? newSpanId() }));
  const sent = named.filter(({ tried }) => tried.startedMs !== undefined);
  const told = sent.length <= MOST_ATTEMPTS ? sent : [...sent.slice(0, HALF), ...sent.slice(-HALF)];
  const own: Span = {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parent?.spanId,
    state: trace.parent?.state,
    isParentRemote: trace.parent !== undefined,
    name: record.endpoint === undefined ? record.method : `${record.method} ${record.endpoint}`,
    kind: 'server',
    startUs: at(subject, 0),
    endUs: at(subject, record.durationMs),
    attributes: [
      ...attributesOf(profile.exchange, subject, mask),
      ...(told === sent ? [] : [count('llm_proxy.attempts_left_out', sent.length - told.length)]),
      ...(subject.texts?.isCut === true ? [flag('llm_proxy.content_cut')] : []),
    ],
    events: eventsOf(subject, named, mask),
    links: [],
    error:
      record.status >= 500 || record.status === LEFT || record.interrupted ? { message: record.errorCode } : undefined,
  };
  const waits = (record.queued ?? []).map(({ fromMs, ms }) =>
    child(subject, { spanId: newSpanId(), name: 'queue', kind: 'internal', fromMs, ms }),
  );
  return [own, ...waits, ...told.map((one) => attemptSpan(one, sent, subject, { profile, mask }))];
}

const HALF = MOST_ATTEMPTS / 2;
/** The client left. */
const LEFT = 499;

/** What a span within that of the exchange is called, and when it was. */
interface Part extends Pick<Span, 'spanId' | 'name' | 'kind'> {
  readonly fromMs: number;
  readonly ms: number;
}

function child(subject: ExchangeSubject, { spanId, name, kind, fromMs, ms }: Part): Span {
  const { traceId, spanId: parentSpanId, parent } = subject.trace;
  return {
    traceId,
    spanId,
    parentSpanId,
    state: parent?.state,
    isParentRemote: false,
    name,
    kind,
    startUs: at(subject, fromMs),
    endUs: at(subject, fromMs + ms),
    attributes: [],
    events: [],
    links: [],
    error: undefined,
  };
}

function attemptSpan(
  { tried, spanId }: NamedAttempt,
  sent: readonly NamedAttempt[],
  exchange: ExchangeSubject,
  { profile, mask }: Words,
): Span {
  const subject = { ...exchange, tried };
  const { startedMs: fromMs = 0, model } = tried;
  const { operation } = exchange.trace;
  const said = exchange.texts === undefined ? [] : profile.said(subject, exchange.texts);
  return {
    ...child(exchange, {
      spanId,
      name: mask(model === '' ? operation : `${operation} ${model}`),
      kind: 'client',
      fromMs,
      ms: tried.ms,
    }),
    attributes: [...attributesOf(profile.attempt, subject, mask), ...said],
    events: attemptEvents(subject),
    links: linksOf(tried, sent, exchange),
    error: tried.failure === undefined ? undefined : { message: mask(tried.detail ?? tried.failure) },
  };
}

function attemptEvents({
  record,
  trace,
  texts,
  tried,
}: ExchangeSubject & { readonly tried: AttemptRecord }): SpanEvent[] {
  const subject = { record, trace, texts };
  const events: SpanEvent[] = [];
  if (tried.isServing === true && record.ttftMs !== undefined)
    events.push({ timeUs: at(subject, record.ttftMs), name: 'llm_proxy.first_content', attributes: [] });
  if (tried.coolingUntil !== undefined) {
    const until = new Date(tried.coolingUntil).toISOString();
    const attributes = [text('llm_proxy.cooling_until', until), text('error.type', tried.failure ?? '')];
    events.push({ timeUs: at(subject, (tried.startedMs ?? 0) + tried.ms), name: 'llm_proxy.cooldown', attributes });
  }
  return events;
}

/** An attempt has to do with the one whose failure led to it, or beside which it was begun. */
function linksOf(tried: AttemptRecord, sent: readonly NamedAttempt[], { trace }: ExchangeSubject): SpanLink[] {
  const before = sent[sent.findIndex((one) => one.tried === tried) - 1];
  const other = tried.hedge === undefined ? before : sent.find((one) => one.tried.hedge === undefined);
  if (other === undefined || (tried.hedge === undefined && other.tried.failure === undefined)) return [];
  const attributes = [text('llm_proxy.link', reasonOf(tried, other.tried))];
  if (other.tried.failure !== undefined) attributes.push(text('llm_proxy.link.failure', other.tried.failure));
  return [{ traceId: trace.traceId, spanId: other.spanId, attributes }];
}

function reasonOf(tried: AttemptRecord, other: AttemptRecord): 'hedge' | 'retry' | 'failover' {
  if (tried.hedge !== undefined) return 'hedge';
  return tried.backend === other.backend && tried.model === other.model ? 'retry' : 'failover';
}

/** What led from one attempt to the next, what was not even sent, and the first content. */
function eventsOf(subject: ExchangeSubject, named: readonly NamedAttempt[], mask: Mask): SpanEvent[] {
  const { record } = subject;
  const events: SpanEvent[] = [];
  for (const [index, { tried }] of named.entries()) {
    if (events.length >= MOST_EVENTS) break;
    if (tried.failure === undefined || tried.failure === 'hedge_lost') continue;
    const next = named[index + 1]?.tried;
    const attributes = [
      text('llm_proxy.from', tried.backend),
      text('error.type', tried.failure),
      ...(tried.detail === undefined ? [] : [text('llm_proxy.failure_detail', mask(tried.detail))]),
      ...(next === undefined ? [] : [text('llm_proxy.to', next.backend)]),
    ];
    const isSent = tried.startedMs !== undefined;
    if (!isSent || next !== undefined) {
      const ms = isSent ? (next?.startedMs ?? (tried.startedMs ?? 0) + tried.ms) : 0;
      events.push({
        timeUs: at(subject, ms),
        name: isSent ? 'llm_proxy.failover' : 'llm_proxy.not_sent',
        attributes,
      });
    }
  }
  if (record.ttftMs !== undefined)
    events.push({ timeUs: at(subject, record.ttftMs), name: 'llm_proxy.first_content', attributes: [] });
  return events;
}

function at({ record }: ExchangeSubject, ms: number): number {
  return Math.round((record.startedAt + ms) * 1000);
}

function text(key: string, value: string): Attribute {
  return { key, type: 'text', value };
}

function count(key: string, value: number): Attribute {
  return { key, type: 'int', value };
}

function flag(key: string): Attribute {
  return { key, type: 'flag', value: true };
}
