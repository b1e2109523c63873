import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { timeText, zone } from '../lib/zone.ts';

const SECOND_MS = 1000;

/** A clock that counts down to a time: `0:42`, `1:02:07`. It says zero until whoever shows it knows better. */
export function Countdown({ until }: { readonly until: string }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now.value) / SECOND_MS));
  return (
    <time class="countdown" dateTime={until} title={`${timeText(until, 'full')} ${zone.value}`}>
      {clockText(seconds)}
    </time>
  );
}

function clockText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
