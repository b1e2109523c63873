import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { setQuery } from '../../lib/url-state.ts';
import { timeText } from '../../lib/zone.ts';
import { Select } from '../../parts/select.tsx';
import { rangeAround } from './around.ts';
import { fromField, toField } from '../../lib/request-search.ts';
import { words } from './words.ts';

const WINDOWS = ['15m', '1h', '24h', '7d', '30d'] as const;

/** From when to when requests are shown: a window up to now, or what was entered as a time. */
export function TimeRange() {
  const w = words.value;
  const [from, to] = [fromField.value, toField.value];
  const isWindow = to === '' && (from === '' || WINDOWS.some((each) => each === from));
  const options: (readonly [string, string])[] = [
    ['', w.anyTime],
    ...WINDOWS.map((each) => [each, w.windows[each]] as const),
  ];
  if (!isWindow) options.push(['own', rangeText(from, to)]);
  return (
    <>
      <div class="range-window">
        <Select
          label={w.time}
          value={isWindow ? from : 'own'}
          options={options}
          onChange={(next) => setQuery({ from: next === 'own' ? from : next, to: undefined, cursor: undefined })}
        />
      </div>
      <AroundInput />
    </>
  );
}

/** "It was slow at 14:05." */
function AroundInput() {
  const w = words.value;
  const id = useId();
  const isWrong = useSignal(false);
  const enter = (input: HTMLInputElement): void => {
    const range = rangeAround(input.value, Date.now());
    isWrong.value = range === undefined && input.value.trim() !== '';
    if (range === undefined) return;
    input.value = '';
    const [from, to] = [range.from, range.to].map((at) => new Date(at).toISOString().replace('.000Z', 'Z'));
    setQuery({ from, to, cursor: undefined });
  };
  return (
    <label class="text-field">
      <span class="field-label">{w.around}</span>
      <input
        class="input"
        placeholder={w.aroundExample}
        title={w.aroundHint}
        autocomplete="off"
        aria-invalid={isWrong.value}
        aria-describedby={isWrong.value ? id : undefined}
        onChange={(event) => enter(event.currentTarget)}
      />
      {isWrong.value && (
        <span class="problem" id={id} role="alert">
          {w.aroundWrong}
        </span>
      )}
    </label>
  );
}

/** `Nov 30, 14:00 – 14:11`, in the zone in use. */
function rangeText(from: string, to: string): string {
  const w = words.value;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const one = Number.isNaN(start) ? from : `${timeText(start, 'day')} ${timeText(start, 'minute')}`;
  if (to === '') return w.since(one);
  const isSameDay = !Number.isNaN(end) && timeText(start, 'date') === timeText(end, 'date');
  const other = isSameDay ? timeText(end, 'minute') : `${timeText(end, 'day')} ${timeText(end, 'minute')}`;
  return from === '' ? w.until(other) : `${one} – ${other}`;
}
