import { signal, type ReadonlySignal } from '@preact/signals';
import type { Dialect, Json, Tokens } from './dialects/dialect.ts';
import { errorOf } from './dialects/dialects.ts';
import { EventReader } from './event-reader.ts';

/** What came at which time, in milliseconds from the sending. */
export interface TimedEvent {
  readonly ms: number;
  readonly name: string | undefined;
  readonly data: string;
}

/** A request that was sent, and what has come of it so far. */
export interface Run {
  readonly model: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** Those of a stream, or the one body. */
  readonly events: readonly TimedEvent[];
  readonly tokens: Tokens;
  readonly firstMs: number | undefined;
  readonly totalMs: number | undefined;
}

/** A run that can be stopped. */
export interface RunningRun {
  readonly run: ReadonlySignal<Run>;
  stop(): void;
}

export interface Sent {
  readonly dialect: Dialect;
  readonly body: Json;
  readonly model: string;
  readonly stream: boolean;
  readonly key: string;
}

/** Sends a request as any client would, through the gateway's own endpoint. */
export function send(sent: Sent): RunningRun {
  const leave = new AbortController();
  const state = new RunState(sent);
  const run = async (): Promise<void> => {
    try {
      const { dialect, body, model, stream, key } = sent;
      const response = await fetch(dialect.path(model, stream), {
        method: 'POST',
        // It is the key that asks, never who is signed in.
        credentials: 'omit',
        headers: { 'content-type': 'application/json', ...dialect.headers(key) },
        body: JSON.stringify(dialect.whole(body, model, stream)),
        signal: leave.signal,
      });
      await state.read(response);
      state.end(response.ok ? 'done' : 'failed');
    } catch (error) {
      if (leave.signal.aborted) state.end('stopped');
      else state.fail(String(error));
    }
  };
  void run();
  return { run: state.shown, stop: () => leave.abort() };
}

/** Gathers what comes, and shows it once a frame. */
class RunState {
  readonly #shown = signal<Run>({
    model: '',
    state: 'running',
    status: undefined,
    headers: {},
    text: '',
    error: undefined,
    events: [],
    tokens: {},
    firstMs: undefined,
    totalMs: undefined,
  });
  readonly #startedAt = performance.now();
  readonly #dialect: Dialect;
  #now: Run;
  #isPlanned = false;

  constructor({ dialect, model }: Sent) {
    this.#dialect = dialect;
    this.#now = this.#shown.value = { ...this.#shown.value, model };
  }

  get shown(): ReadonlySignal<Run> {
    return this.#shown;
  }

  async read(response: Response): Promise<void> {
    this.#change({ status: response.status, headers: Object.fromEntries(response.headers) });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (!isStream || response.body === null) return this.#whole(await response.text(), response.ok);
    const reader = new EventReader();
    const decoder = new TextDecoder();
    for await (const bytes of response.body) this.#events(reader.add(decoder.decode(bytes, { stream: true })));
    this.#events(reader.end());
  }

  end(state: Run['state']): void {
    const isBroken = state === 'done' && this.#now.error !== undefined;
    this.#change({ state: isBroken ? 'failed' : state, totalMs: this.#ms() });
    this.#shown.value = this.#now;
  }

  fail(message: string): void {
    this.#change({ error: { code: '', message } });
    this.end('failed');
  }

  #whole(text: string, ok: boolean): void {
    const ms = this.#ms();
    const answer = parsed(text);
    this.#change({
      events: [{ ms, name: undefined, data: text }],
      text: answer === undefined ? '' : this.#dialect.text(answer),
      error: answer === undefined ? undefined : errorOf(answer),
      tokens: (answer && this.#dialect.tokens(answer)) ?? {},
      firstMs: ok ? ms : undefined,
    });
  }

  #events(events: readonly Omit<TimedEvent, 'ms'>[]): void {
    if (events.length === 0) return;
    const ms = this.#ms();
    let { text, tokens, firstMs, error } = this.#now;
    for (const { data } of events) {
      const value = parsed(data);
      if (value === undefined) continue;
      const piece = this.#dialect.piece(value);
      if (piece !== '') firstMs ??= ms;
      text += piece;
      const more = this.#dialect.tokens(value);
      tokens = { input: more?.input ?? tokens.input, output: more?.output ?? tokens.output };
      error ??= errorOf(value);
    }
    this.#change({
      text,
      tokens,
      firstMs,
      error,
      events: [...this.#now.events, ...events.map((each) => ({ ms, ...each }))],
    });
  }

  #change(next: Partial<Run>): void {
    this.#now = { ...this.#now, ...next };
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => {
      this.#isPlanned = false;
      this.#shown.value = this.#now;
    });
  }

  #ms(): number {
    return performance.now() - this.#startedAt;
  }
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
