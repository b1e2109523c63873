import { errorOf, hrefOf, type ApiError, type Query } from './api.ts';
import { onUnauthorized } from './credentials.ts';

/** One server-sent event. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** Who is told of a stream. */
export interface StreamListener {
  onOpen(): void;
  onEvent(event: StreamEvent): void;
  /** It is lost, and is asked for again. */
  onLost(error: ApiError): void;
}

const RETRY_MS = 2000;

/**
 * Reads server-sent events until the signal ends it, and goes on where it was when a connection is lost. `EventSource` does not
 * tell why the gateway refuses one; this does.
 */
export async function followEvents(path: string, query: Query, to: StreamListener, signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const error = await once(hrefOf(path, query), last, {
      signal,
      onOpen: () => to.onOpen(),
      onEvent: (event, id) => {
        last = id ?? last;
        to.onEvent(event);
      },
    });
    if (isOver()) return;
    to.onLost(error);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

interface Connection {
  readonly signal: AbortSignal;
  onOpen(): void;
  onEvent(event: StreamEvent, id: string | undefined): void;
}

/** One connection, to its end. */
async function once(href: string, last: string | undefined, connection: Connection): Promise<ApiError> {
  try {
    const response = await fetch(href, {
      signal: connection.signal,
      credentials: 'same-origin',
      headers: { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) },
    });
    if (!response.ok || response.body === null) {
      if (response.status === 401) onUnauthorized();
      return errorOf(response.status, await response.text());
    }
    connection.onOpen();
    await readEvents(response.body, connection);
    return { status: 0, code: 'unreachable', message: '' };
  } catch (error) {
    return { status: 0, code: 'unreachable', message: (error as Error).message };
  }
}

async function readEvents(body: ReadableStream<Uint8Array<ArrayBuffer>>, connection: Connection): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const blocks = (rest + read.value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) tell(block, connection);
  }
}

/** The gateway writes one line for each field. A comment keeps the connection alive and says nothing. */
function tell(block: string, connection: Connection): void {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = fields.get('data');
  if (data !== undefined) connection.onEvent({ name: fields.get('event') ?? 'message', data }, fields.get('id'));
}
