import type { WatchdogOrders } from './watchdog-worker.ts';
import type { Environment } from '../lib/environment.ts';
import { workerUrl } from '../lib/worker-url.ts';

/** The event loop shows so often that it turns. */
const BEAT_EVERY_MS = 250;

/** What the watchdog goes by. */
export interface WatchdogSettings {
  /** How long the event loop may stand still; 0 for ever. */
  readonly limitMs: number;
  /** A log file that is there, and takes the last line; undefined for none. */
  readonly logFile: string | undefined;
  readonly asJson: boolean;
  /** The same for the console. */
  readonly consoleAsJson: boolean;
}

/**
 * Ends the process if its event loop stands still, from a thread of its own: nothing on the loop could. Also ends one
 * whose shutdown does not come to its end.
 */
export class Watchdog {
  /** Counts up with each beat. */
  readonly #beats = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #orders: WatchdogOrders | undefined;

  /** `onBroken`: told why there is no watch, should its thread not run; the process goes on without. */
  constructor(
    private readonly env: Environment,
    private readonly onBroken: (reason: string) => void,
  ) {}

  /** Begins, changes or ends the watch. */
  configure(settings: WatchdogSettings): void {
    // Someone who steps through the code holds the loop on purpose.
    if (settings.limitMs === 0 || isDebugged(this.env)) return this.stop();
    this.#order({ ...settings, beats: this.#beats, stopWithinMs: this.#orders?.stopWithinMs });
  }

  /** From now on the process has `withinMs` to end by itself. */
  stopping(withinMs: number): void {
    if (this.#orders !== undefined) this.#order({ ...this.#orders, stopWithinMs: withinMs });
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#orders = undefined;
  }

  #order(orders: WatchdogOrders): void {
    this.#orders = orders;
    if (this.#worker === undefined) {
      this.#worker = new Worker(workerUrl('server', 'watchdog-worker.ts', import.meta.url), { smol: true });
      this.#worker.onerror = ({ message }) => this.onBroken(message);
      this.#worker.unref();
      this.#timer = setInterval(() => Atomics.add(this.#beats, 0, 1), BEAT_EVERY_MS);
      this.#timer.unref();
    }
    this.#worker.postMessage(orders);
  }
}

function isDebugged({ BUN_INSPECT, BUN_INSPECT_CONNECT_TO }: Environment): boolean {
  return (
    (BUN_INSPECT ?? '') !== '' ||
    (BUN_INSPECT_CONNECT_TO ?? '') !== '' ||
    process.execArgv.some((argument) => argument.startsWith('--inspect'))
  );
}
