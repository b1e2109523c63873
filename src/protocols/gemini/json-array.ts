import type { Frames, Framing, StreamGrammar } from '../protocol.ts';

/**
 * The stream for clients that did not ask for SSE: one JSON array with an element for each event. After an error
 * element nothing follows, not even the closing bracket, so a cut answer never looks complete. An error alone is an
 * array of one, as Google sends it.
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
