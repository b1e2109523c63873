// Preloaded into the gateway (`bun --preload`): its clocks and timers run TOUR_SPEED times as fast and begin at TOUR_FROM, so
// that half an hour of a night passes in a minute. The gateway itself is the one that everybody runs.
const speed = Number(process.env['TOUR_SPEED']);
const fromMs = Date.parse(process.env['TOUR_FROM'] ?? '');
const epochMs = Number(process.env['TOUR_EPOCH']);
if (!(speed > 0) || Number.isNaN(fromMs) || Number.isNaN(epochMs))
  throw new Error('TOUR_SPEED, TOUR_FROM and TOUR_EPOCH (milliseconds) must be set');

const RealDate = Date;
const realNow = performance.now.bind(performance);
const realTimeout = globalThis.setTimeout;
const realInterval = globalThis.setInterval;
const realSleep = Bun.sleep.bind(Bun);

const wallNow = (): number => fromMs + (RealDate.now() - epochMs) * speed;

globalThis.Date = class extends RealDate {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(wallNow());
    else super(...(args as [number]));
  }

  static override now(): number {
    return wallNow();
  }
} as DateConstructor;
performance.now = () => realNow() * speed;
globalThis.setTimeout = ((run: () => void, ms = 0, ...rest: unknown[]) =>
  realTimeout(run as never, ms / speed, ...rest)) as unknown as typeof setTimeout;
globalThis.setInterval = ((run: () => void, ms = 0, ...rest: unknown[]) =>
  realInterval(run as never, ms / speed, ...rest)) as unknown as typeof setInterval;
Bun.sleep = (ms) => realSleep(typeof ms === 'number' ? ms / speed : ms);
