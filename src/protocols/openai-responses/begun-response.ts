import { asCount, asObject, compact, type JsonObject } from '../../lib/json.ts';

/** What is kept of a streamed response, so that an event of the gateway can continue it. */
export class BegunResponse {
  /** The number of the next event. */
  nextNumber = 0;
  /** The data of the first event, as Latin-1. */
  #data: string | undefined;
  /** The identifying members of a long first event. */
  #known: JsonObject = {};

  /** Takes an event of the stream, and its data as Latin-1. */
  see(event: JsonObject, data: string | undefined): void {
    const number = asCount(event['sequence_number']);
    if (number !== undefined) this.nextNumber = number + 1;
    if (data === undefined || !BEGINNINGS.has(event['type'])) return;
    this.#data = data.length <= MOST_UNITS ? data : undefined;
    const { id, created_at, model } = asObject(event['response']) ?? {};
    this.#known = compact({ id, created_at, model });
  }

  /** The response as it began. */
  get response(): JsonObject {
    if (this.#data === undefined) return this.#known;
    // The data was parsed as Latin-1, which is right for its structure only.
    const event: unknown = JSON.parse(Buffer.from(this.#data, 'latin1').toString('utf8'));
    return asObject(asObject(event)?.['response']) ?? this.#known;
  }
}

const BEGINNINGS: ReadonlySet<unknown> = new Set(['response.created', 'response.queued', 'response.in_progress']);

/** It contains instructions and tools. A long one is not kept for the duration of a stream. */
const MOST_UNITS = 64 * 1024;
