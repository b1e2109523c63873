import { useEffect, useRef } from 'preact/hooks';
import { numberText } from '../../lib/format.ts';
import type { TimedEvent } from './run.ts';
import { words } from './words.ts';

/** So many are drawn; of a very long stream, the last. */
const MOST = 500;
/** So many pixels from its end count as there. */
const NEAR = 24;

interface EventListProps {
  readonly label: string;
  readonly events: readonly TimedEvent[];
}

/** The raw events of a stream, each with its time from the sending. It follows the last one while that is in sight. */
export function EventList({ label, events }: EventListProps) {
  const own = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  useEffect(() => {
    if (follows.current && own.current) own.current.scrollTop = own.current.scrollHeight;
  }, [events.length]);
  const left = Math.max(0, events.length - MOST);
  return (
    <ol
      class="events"
      ref={own}
      tabIndex={0}
      aria-label={label}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        // What comes meanwhile makes the list longer: only going up leaves its end.
        if (scrollTop < lastTop.current) follows.current = false;
        if (scrollHeight - scrollTop - clientHeight < NEAR) follows.current = true;
        lastTop.current = scrollTop;
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
