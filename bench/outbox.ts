// Writes that outlast a full socket buffer.
import type { Socket } from 'bun';

/** What one raw socket still has to send. */
export class Outbox {
  #waiting: Buffer[] = [];

  write(socket: Socket<unknown>, bytes: Buffer): void {
    if (this.#waiting.length > 0) {
      this.#waiting.push(bytes);
      return;
    }
    const sent = Math.max(0, socket.write(bytes));
    if (sent < bytes.length) this.#waiting.push(bytes.subarray(sent));
  }

  /** To be called when the socket drains. */
  flush(socket: Socket<unknown>): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const bytes of waiting) this.write(socket, bytes);
  }
}
