import type { ErrorGrammar, Framing, StreamGrammar } from '../protocol.ts';
import { errorAsEvent, errorBody } from './errors.ts';
import { isAnswer } from './replay.ts';

/**
 * The stream that clients get who did not ask for SSE: one JSON array, an element for each event. An error is an
 * element that nothing follows, not even the closing bracket, so that a cut answer never looks whole.
 */
export function asJsonArray(stream: StreamGrammar): StreamGrammar {
  return {
    ...stream,
    keepAlive: '\n',
    end: ']',
    fromPlain: (body) => (isAnswer(body) ? `[${JSON.stringify(body)}]` : undefined),
    framing,
  };
}

/** Its errors, for a stream in which an event went before. */
export function inJsonArray(errors: ErrorGrammar): ErrorGrammar {
  return {
    ...errors,
    event: (error) => `,\n${errorBody(error)}`,
    asEvent: (body) => {
      const event = errorAsEvent(body);
      return event === undefined ? undefined : `,\n${event.slice('data: '.length).trimEnd()}`;
    },
  };
}

const framing: Framing = {
  contentType: 'application/json; charset=UTF-8',
  open: () => {
    let isFirst = true;
    return {
      frame: (data) => {
        const before = isFirst ? '[' : ',\n';
        isFirst = false;
        return before + data;
      },
      end: () => (isFirst ? '[]' : ']'),
    };
  },
};
