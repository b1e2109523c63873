/** A plain answer as the one event of a stream. */
export function asStream(body: unknown): string | undefined {
  if (Array.isArray(body)) {
    return body.some(isAnswer) ? body.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') : undefined;
  }
  return isAnswer(body) ? `data: ${JSON.stringify(body)}\n\n` : undefined;
}

/** Whether `body` is a whole GenerateContentResponse. */
export function isAnswer(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { candidates, promptFeedback } = body as Record<string, unknown>;
  return Array.isArray(candidates) || (typeof promptFeedback === 'object' && promptFeedback !== null);
}
