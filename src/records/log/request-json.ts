// Written by `make generate` from log-fields.ts: do not edit.
import type { ExchangeRecord } from '../../core/record.ts';
import { printable } from '../../lib/printable.ts';
import { isUnpriced, nanoUsdOf } from '../cost-of-tries.ts';
import { hasStory } from './has-story.ts';
import { isoTime, quoted, tenthsText, usd } from './json-text.ts';
import { attemptEntry, type Level } from './request-line.ts';

/** Writes the lines of requests as JSON. What requests that follow each other share is written and looked through once. */
export class RequestWriter {
  #shared: Shared | undefined;

  /** `isClean`: whether there is no secret in a text. */
  constructor(private readonly isClean: (text: string) => boolean) {}

  /** The request line of a record. */
  json(record: ExchangeRecord, level: Level, nowMs: number): string {
    const traceId = record.traceId;
    const durationMs = record.durationMs;
    const ttftMs = record.ttftMs;
    const queueMs = record.queueMs ?? 0;
    const attempts = record.attempts;
    const promptTokens = record.usage?.promptTokens;
    const completionTokens = record.usage?.completionTokens;
    const cachedTokens = record.usage?.cachedTokens;
    const costUsd = nanoUsdOf(record.tries);
    const unpriced = isUnpriced(record.tries) ? true : undefined;
    const bytesIn = record.bytesIn;
    const bytesOut = record.bytesOut;
    const errorCode = record.errorCode;
    const detail = record.errorDetail;
    const interrupted = record.interrupted ? true : undefined;
    const droppedEvents = record.droppedEvents > 0 ? record.droppedEvents : undefined;
    const rehearsed = record.rehearsals !== undefined || undefined;
    const tries = hasStory(record) ? record.tries : undefined;
    return `{"level":"${level}","ts":"${isoTime(nowMs)}","msg":"request","trace_id":${quoted(traceId)}${this.#sharedBy(record).json},"duration_ms":${tenthsText(durationMs)},"ttft_ms":${ttftMs === undefined ? null : tenthsText(ttftMs)},"queue_ms":${tenthsText(queueMs)},"attempts":${attempts},"prompt_tokens":${promptTokens ?? null},"completion_tokens":${completionTokens ?? null},"cached_tokens":${cachedTokens ?? null},"cost_usd":${costUsd === undefined ? null : usd(costUsd)}${unpriced === undefined ? '' : `,"unpriced":${unpriced}`},"bytes_in":${bytesIn},"bytes_out":${bytesOut},"error_code":${quoted(errorCode)}${detail === undefined ? '' : `,"detail":${quoted(detail)}`}${interrupted === undefined ? '' : `,"interrupted":${interrupted}`}${droppedEvents === undefined ? '' : `,"dropped_events":${droppedEvents}`}${rehearsed === undefined ? '' : `,"rehearsed":${rehearsed}`}${tries === undefined ? '' : `,"tries":${listJson(tries)}`}}`;
  }

  /** Whether there is no secret in the line, as JSON or for people: all of it that is not trusted is looked through. */
  holdsNoSecret(record: ExchangeRecord): boolean {
    const traceId = record.traceId;
    const errorCode = record.errorCode;
    const detail = record.errorDetail;
    const tries = hasStory(record) ? record.tries : undefined;
    return (
      this.#sharedBy(record).isClean &&
      this.isClean(`${traceId} ${errorCode} ${detail} ${tries === undefined ? '' : listJson(tries)}`)
    );
  }

  #sharedBy(record: ExchangeRecord): Shared {
    if (this.#shared !== undefined && isAlike(this.#shared.record, record)) return this.#shared;
    const clientIp = record.clientIp;
    const caller = record.caller;
    const team = record.team;
    const keyGeneration = record.keyGeneration;
    const method = record.method;
    const path = record.path;
    const alias = record.alias;
    const servedAlias = record.servedAlias;
    const model = record.model;
    const backend = record.backend;
    const stream = record.stream;
    const status = record.status;
    const json = `,"client_ip":${quoted(clientIp)},"caller":${quoted(caller)}${team === undefined ? '' : `,"team":${quoted(team)}`}${keyGeneration === undefined ? '' : `,"key_generation":${quoted(keyGeneration)}`},"method":${quoted(method)},"path":${quoted(path)},"alias":${quoted(alias)}${servedAlias === undefined ? '' : `,"served_alias":${quoted(servedAlias)}`},"model":${quoted(model)},"backend":${quoted(backend)},"stream":${stream},"status":${status}`;
    const texts = `${clientIp} ${caller} ${team} ${keyGeneration} ${method} ${path} ${alias} ${servedAlias} ${model} ${backend}`;
    this.#shared = { record, json, isClean: this.isClean(texts) };
    return this.#shared;
  }
}

/** What the lines of like requests have in common. */
interface Shared {
  readonly record: ExchangeRecord;
  readonly json: string;
  readonly isClean: boolean;
}

function isAlike(one: ExchangeRecord, other: ExchangeRecord): boolean {
  return (
    one.clientIp === other.clientIp &&
    one.caller === other.caller &&
    one.team === other.team &&
    one.keyGeneration === other.keyGeneration &&
    one.method === other.method &&
    one.path === other.path &&
    one.alias === other.alias &&
    one.servedAlias === other.servedAlias &&
    one.model === other.model &&
    one.backend === other.backend &&
    one.stream === other.stream &&
    one.status === other.status
  );
}

function listJson(tries: ExchangeRecord['tries']): string {
  return printable(JSON.stringify(tries.map(attemptEntry)));
}
