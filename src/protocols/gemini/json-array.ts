import type { Frames, Framing, StreamGrammar } from '../protocol.ts';

/**
 * The stream that clients get who did not ask for SSE: one JSON array, an element for each event. An error after others
 * is an element that nothing follows, not even the closing bracket, so that a cut answer never looks whole. An error
 * alone is what Google answers, too: an array of one.
 */
export function asJsonArray(stream: StreamGrammar): StreamGrammar {
  return { ...stream, keepAlive: '\n', framing };
}

const framing: Framing = { contentType: 'application/json; charset=UTF-8', open };

function open(): Frames {
  let isFirst = true;
  return {
    frame: (data) => {
      const before = isFirst ? '[' : ',\n';
      isFirst = false;
      return before + data;
    },
    error: (data) => (isFirst ? `[${data}]` : `,\n${data}`),
    end: () => (isFirst ? '[]' : ']'),
  };
}
