/** How a backend+model has been answering. */
export interface LatencyStats {
  /** Time to the first token, an exponentially weighted average in milliseconds; 0 until measured. */
  ewmaMs: number;
  /** When it was last measured, monotonic milliseconds. */
  measuredAt: number;
}

/** In this time without a new sample an average loses half its weight. */
const HALF_LIFE_MS = 30_000;
/** The weight of a new sample beside an average that is as new. */
const SAMPLE_WEIGHT = 0.2;

/** Takes in a time to the first token. */
export function measure(latency: LatencyStats, tookMs: number, now: number): void {
  const old = latency.ewmaMs === 0 ? 0 : (1 - SAMPLE_WEIGHT) * fading(latency, now);
  latency.ewmaMs = old * latency.ewmaMs + (1 - old) * tookMs;
  latency.measuredAt = now;
}

/** What is to be expected of it: less and less with the time since it was measured, so that a slow one is tried again. */
export function expectedMs(latency: LatencyStats, now: number): number {
  return latency.ewmaMs * fading(latency, now);
}

function fading({ measuredAt }: LatencyStats, now: number): number {
  return 0.5 ** (Math.max(0, now - measuredAt) / HALF_LIFE_MS);
}

/** What a backend+model has been doing. One object for routing, logs, metrics and operators; it outlives reloads. */
export interface ModelLive extends LatencyStats {
  readonly backend: string;
  /** As it is sent. */
  readonly model: string;
  /** As the config has it: with its `*` where it stands for whatever was asked for. */
  readonly label: string;
  /** Its operations that have failed, by name; undefined while none has. */
  operations: Map<string, OperationLive> | undefined;
}

/** One operation of a model at a backend, which cools down by itself: a model without images can still chat. */
export interface OperationLive {
  readonly model: ModelLive;
  /** See `operationName`. */
  readonly name: string;
  /** Monotonic milliseconds: cooling before, half open from then on. Undefined: up. */
  coolingUntil: number | undefined;
  /** When the cooldown was earned, monotonic: an answer to an older request does not end it. */
  since: number;
  /** Half open: the one request that is let through is under way. */
  trial: boolean;
  lastFailure: PastFailure | undefined;
  /** When it was said that the provider refuses the gateway's key or account here, monotonic; undefined: it does not. */
  refusedAt: number | undefined;
  /** It counts for one rehearsal or explanation alone (`apart.ts`). */
  readonly isApart?: true;
}

/** The operation of this name, from now on among those that are known. */
export function rememberedOperation(model: ModelLive, name: string): OperationLive {
  const operations = (model.operations ??= new Map<string, OperationLive>());
  let operation = operations.get(name);
  if (operation === undefined) {
    operation = {
      model,
      name,
      coolingUntil: undefined,
      since: 0,
      trial: false,
      lastFailure: undefined,
      refusedAt: undefined,
    };
    operations.set(name, operation);
  }
  return operation;
}

/** The operations of a model that have failed. */
export function operationsOf({ operations }: ModelLive): Iterable<OperationLive> {
  return operations?.values() ?? [];
}

/** The last thing that went wrong. */
export interface PastFailure {
  /** In the words of the failure table, after the status if there was one: `503 overloaded`. */
  readonly failure: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The request that met it, and the beginning of the provider's message; not of health checks. */
  readonly traceId?: string | undefined;
  readonly message?: string | undefined;
}

/** Of names behind a wildcard, the oldest are forgotten beyond this. */
const MAX_MODELS = 1000;

/** A backend's slots, health and models, as they are right now. Outlives reloads. */
export class BackendLive {
  /** The most attempts at once, by the running config; `Infinity` for no limit. */
  limit = Infinity;
  /** Known dead by health checks: left out of routing. */
  dead = false;
  /** Since when it is, in milliseconds since the epoch; undefined: it is not. */
  deadSince: number | undefined;
  /** An operator has taken it out of use: nothing new is sent to it. The config stays as it is. */
  draining = false;
  /** Health checks in a row that it missed, and that it answered. */
  misses = 0;
  answers = 0;
  /** The last health check that it missed. */
  lastMiss: PastFailure | undefined;
  /** When a dead one is asked again, monotonic milliseconds. */
  nextCheckAt = 0;
  /** It has refused a request for a stream's token counts: it is not asked for them again. */
  refusesUsage = false;
  /** When an attempt last began or was answered, monotonic milliseconds. */
  lastTrafficAt = -Infinity;
  readonly #models = new Map<string, ModelLive>();
  #inFlight = 0;
  #reserved = 0;

  constructor(
    readonly name: string,
    /** Told when a slot of a full backend has become free. */
    private readonly onRoom: (backend: BackendLive) => void = () => undefined,
  ) {}

  /** Attempts that have begun and not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get isFull(): boolean {
    return this.#inFlight + this.#reserved >= this.limit;
  }

  /** An attempt takes a slot; to be given back by `end`. */
  begin(now: number): void {
    this.#inFlight++;
    this.lastTrafficAt = now;
  }

  end(): void {
    const wasFull = this.isFull;
    this.#inFlight--;
    if (wasFull) this.#tellOfRoom();
  }

  /** Reserves a slot for a request whose turn has come, until its attempt begins; to be given back by `release`. */
  reserve(): void {
    this.#reserved++;
  }

  release(): void {
    const wasFull = this.isFull;
    this.#reserved--;
    if (wasFull) this.#tellOfRoom();
  }

  /** Models that the config names, and those behind a wildcard that have failed. */
  get models(): Iterable<ModelLive> {
    return this.#models.values();
  }

  /** What is known of a model; of one that nothing is known of, a blank that nobody else sees. */
  model(model: string, label: string): ModelLive {
    return (
      this.#models.get(model) ?? {
        backend: this.name,
        model,
        label,
        operations: undefined,
        ewmaMs: 0,
        measuredAt: 0,
      }
    );
  }

  /** Lets others see it from now on; returns the one that they see. Names that clients make up cannot fill the memory. */
  remember(model: ModelLive): ModelLive {
    const known = this.#models.get(model.model);
    if (known !== undefined) return known;
    this.#models.set(model.model, model);
    if (this.#models.size > MAX_MODELS) this.#forgetOne();
    return model;
  }

  /** Forgets models that are none of `labels`: names as in the config. */
  keepModels(labels: ReadonlySet<string>): void {
    for (const { model, label } of this.#models.values()) if (!labels.has(label)) this.#models.delete(model);
  }

  /** Lets no failure of the past count; false if there was none that did. What it has under way stays counted. */
  startAnew(): boolean {
    const wasDead = this.forgetHealth();
    return this.endCooldowns() > 0 || wasDead;
  }

  /** Lets health checks begin anew; false if they had not called it dead. */
  forgetHealth(): boolean {
    const wasDead = this.dead;
    this.dead = false;
    this.deadSince = undefined;
    this.misses = 0;
    this.answers = 0;
    return wasDead;
  }

  /** Ends the cooldowns of a model, as it is sent, or of all; returns how many there were. */
  endCooldowns(only?: string): number {
    let ended = 0;
    for (const model of this.#models.values()) {
      if (only !== undefined && model.model !== only) continue;
      for (const operation of operationsOf(model)) {
        if (operation.coolingUntil !== undefined) ended++;
        operation.coolingUntil = undefined;
        operation.refusedAt = undefined;
      }
    }
    return ended;
  }

  #forgetOne(): void {
    for (const { model, label } of this.#models.values()) {
      if (model === label) continue;
      this.#models.delete(model);
      return;
    }
  }

  #tellOfRoom(): void {
    if (!this.isFull) this.onRoom(this);
  }
}
