import type { UpstreamAnswer, UpstreamBody } from '../../core/upstream-answer.ts';
import { DecodedBody } from './decoded-body.ts';
import { MalformedAnswer } from './errors.ts';

/** The answer with its content encoding undone. Throws a MalformedAnswer for one that nobody asked for and nobody knows. */
export function decoded(answer: UpstreamAnswer): UpstreamAnswer {
  const { status, headers, body } = answer;
  const given = headers.get('content-encoding');
  if (given === null) return answer;
  const encoding = given.trim().toLowerCase();
  headers.delete('content-encoding');
  if (encoding === '' || encoding === 'identity') return answer;
  headers.delete('content-length');
  return { status, headers, body: decodedBody(encoding, body) };
}

function decodedBody(encoding: string, body: UpstreamBody): UpstreamBody {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
    case 'br':
    case 'zstd':
      return new DecodedBody(body, encoding);
    default:
      throw new MalformedAnswer('content_encoding_unknown', 'a content encoding that nobody asked for');
  }
}
