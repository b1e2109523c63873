import { computed, type ReadonlySignal } from '@preact/signals';
import { locale } from './language.ts';

/** Numbers in the reader's locale. Each reads a signal, so that what shows them changes with the language. */
const formats: ReadonlySignal<Formats> = computed(() => formatsOf(locale.value));

/** `m` would be a metre, or a month. */
const LONGER: ReadonlySet<string> = new Set(['minute', 'hour', 'day']);

type Formats = ReturnType<typeof formatsOf>;

function formatsOf(of: string) {
  const number = (options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(of, options);
  const usd = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  return {
    number: number({ maximumFractionDigits: 2 }),
    compact: number({ notation: 'compact', maximumSignificantDigits: 3 }),
    percent: number({ style: 'percent', maximumFractionDigits: 1 }),
    smallPercent: number({ style: 'percent', maximumFractionDigits: 2 }),
    usd: number({ ...usd, minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    smallUsd: number({ ...usd, minimumFractionDigits: 2, maximumFractionDigits: 6 }),
    wholeUsd: number({ ...usd, maximumFractionDigits: 0 }),
    compactUsd: number({ ...usd, notation: 'compact', maximumSignificantDigits: 3 }),
    /** Beside `ms`, which Chinese writes as English does, a second is `s`. */
    seconds: (digits: number) => {
      const text = number({ maximumFractionDigits: digits });
      return { format: (value: number) => `${text.format(value)}s` };
    },
    unit: (unit: string, digits: number) =>
      number({
        style: 'unit',
        unit,
        unitDisplay: LONGER.has(unit) ? 'short' : 'narrow',
        maximumFractionDigits: digits,
      }),
  };
}

/** `12,345`. */
export function numberText(value: number | bigint): string {
  return formats.value.number.format(value);
}

/** `12.3K`, where there is little room; the exact number belongs into a title. */
export function compactText(value: number): string {
  return Math.abs(value) < 1000 ? numberText(value) : formats.value.compact.format(value);
}

/** `1.5%` of a share between 0 and 1. */
export function percentText(share: number): string {
  return Math.abs(share) < 0.01 ? formats.value.smallPercent.format(share) : formats.value.percent.format(share);
}

/** The share of a part in a whole; undefined where there is no whole. */
export function shareText(part: number, whole: number): string | undefined {
  return whole === 0 ? undefined : percentText(part / whole);
}

/** Decimal text such as `0.001234`, as the admin API gives money: never a float on its way, so no digit is lost. */
type Decimal = Intl.StringNumericLiteral;

/** `$1.50`, or more digits where it is less than a cent. */
export function moneyText(usd: string): string {
  const nano = nanoUsd(usd);
  const isSmall = nano !== 0n && nano < 10_000_000n && nano > -10_000_000n;
  return (isSmall ? formats.value.smallUsd : formats.value.usd).format(usd as Decimal);
}

/** `$1.2K` on an axis, where the exact sum does not matter. */
export function compactMoneyText(usd: number): string {
  if (usd === 0) return formats.value.wholeUsd.format(0);
  if (Math.abs(usd) < 0.01) return formats.value.smallUsd.format(usd);
  if (usd >= 10 && usd < 1000) return formats.value.wholeUsd.format(usd);
  return usd < 1000 ? formats.value.usd.format(usd) : formats.value.compactUsd.format(usd);
}

const NANO_DIGITS = 9;

/** Decimal USD as whole 10⁻⁹ USD, to compare and to add. */
export function nanoUsd(usd: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d*)(?:\.(\d*))?/.exec(usd) ?? [];
  return BigInt(`${sign}${whole}${fraction.padEnd(NANO_DIGITS, '0').slice(0, NANO_DIGITS)}` || '0');
}

/** `340ms`, `1.2s`, `3 min 20s`, `2 hr 5 min`, `3 days 4 hr`. */
export function durationText(ms: number): string {
  const { seconds: fine, unit } = formats.value;
  if (ms < 1) return unit('millisecond', 1).format(ms);
  if (ms < 1000) return unit('millisecond', 0).format(ms);
  if (ms < 10_000) return fine(2).format(ms / 1000);
  if (ms < 60_000) return fine(1).format(ms / 1000);
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return two([Math.floor(seconds / 60), 'minute'], [seconds % 60, 'second']);
  if (seconds < 86_400) return two([Math.floor(seconds / 3600), 'hour'], [Math.floor((seconds % 3600) / 60), 'minute']);
  return two([Math.floor(seconds / 86_400), 'day'], [Math.floor((seconds % 86_400) / 3600), 'hour']);
}

function two(...parts: readonly (readonly [number, string])[]): string {
  return parts
    .filter(([value], at) => at === 0 || value > 0)
    .map(([value, name]) => formats.value.unit(name, 0).format(value))
    .join(' ');
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `1.2MB`, in steps of 1000. */
export function bytesText(bytes: number): string {
  const step = Math.min(BYTE_UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return formats.value.unit(BYTE_UNITS[step] ?? 'byte', step === 0 ? 0 : 1).format(bytes / 1000 ** step);
}
