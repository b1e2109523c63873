/** An id for a call that came without one. */
export function madeUpCallId(): string {
  return `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;
}
