import { randomBytes } from 'node:crypto';

/** An entry of `Via` (RFC 9110, 7.6.3) by which gateways of this kind call themselves. */
const MARKS = /1\.1 llm-proxy-[0-9a-f]{16}/g;

/** The entry by which one gateway knows its own requests when they come back to it: no other process has the same. */
export function hopMark(): string {
  return `1.1 llm-proxy-${randomBytes(8).toString('hex')}`;
}

/** `Via` for a backend that may be another gateway, or this one: those of its kind that the request has been through, and this one. */
export function viaWith(given: string | undefined, mark: string): string {
  return given === undefined ? mark : [...(given.match(MARKS) ?? []), mark].join(', ');
}
