import { useEffect, useRef } from 'preact/hooks';
import { numberText } from '../../lib/format.ts';
import type { TimedEvent } from './run.ts';
import { words } from './words.ts';

/** So many are drawn; of a very long stream, the last. */
const MOST = 500;

/** The raw events of a stream, each with its time from the sending. It follows the last one while that is in sight. */
export function EventList({ events }: { readonly events: readonly TimedEvent[] }) {
  const own = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (follows.current && own.current) own.current.scrollTop = own.current.scrollHeight;
  }, [events.length]);
  const left = Math.max(0, events.length - MOST);
  return (
    <ol
      class="events"
      ref={own}
      tabIndex={0}
      aria-label={words.value.events}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {left > 0 && <li class="hint">{words.value.eventsBefore(numberText(left))}</li>}
      {events.slice(left).map(({ ms, name, data }, at) => (
        <li key={left + at}>
          <span class="event-time">{words.value.ms(numberText(Math.round(ms)))}</span>
          <code>
            {name !== undefined && <b>{name} </b>}
            {data}
          </code>
        </li>
      ))}
    </ol>
  );
}
