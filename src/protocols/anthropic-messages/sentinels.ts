/** The event that keeps a silent stream open. */
export const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/** The event that ends a stream. */
export const MESSAGE_STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
