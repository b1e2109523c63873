// The parser of Node's HTTP client, llhttp in its strict mode: Bun has the real one inside, for its `node:http`.

/** What a parser makes of one answer that comes byte by byte. */
export interface ParsedAnswer {
  status: number | undefined;
  /** `[name, value, name, value, …]`, names in lower case. */
  fields: string[];
  body: string;
  /** How many bytes the answer has, head and body, once it is whole. */
  length: number | undefined;
  /** Another answer may follow on the same connection. */
  keepsAlive: boolean;
  /** Why it is none; undefined if nothing was wrong. */
  error: string | undefined;
}

/** The answer that these bytes (as Latin-1) begin with, and that the connection's end may end. */
export function parseByLlhttp(text: string, method: string): ParsedAnswer {
  const parsed: ParsedAnswer = {
    status: undefined,
    fields: [],
    body: '',
    length: undefined,
    keepsAlive: false,
    error: undefined,
  };
  const { HTTPParser } = http;
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.RESPONSE, {});
  const bytes = Buffer.from(text, 'latin1');
  let [fieldsBefore, isInterim, at]: [string[], boolean, number] = [[], false, 0];
  parser[HTTPParser.kOnHeaders] = (fields) => void fieldsBefore.push(...fields);
  parser[HTTPParser.kOnHeadersComplete] = (...[, , fields, , , status, , isUpgrade, keepsAlive]) => {
    // As Node's client does it, which takes no change of protocol here.
    if (isUpgrade || status === 101) throw new Error('an upgrade');
    isInterim = status < 200;
    if (!isInterim) Object.assign(parsed, { status, fields: named(fieldsBefore.concat(fields ?? [])), keepsAlive });
    fieldsBefore = [];
    return isInterim || method === 'HEAD' ? 1 : 0;
  };
  parser[HTTPParser.kOnBody] = (piece) => (parsed.body += piece.toString('latin1'));
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (!isInterim) parsed.length = at;
  };
  try {
    while (at < bytes.length && parsed.length === undefined) throwIfError(parser.execute(bytes.subarray(at, ++at)));
    if (parsed.length === undefined) throwIfError(parser.finish());
  } catch (error) {
    parsed.error = (error as { code?: string }).code ?? String(error);
  }
  return parsed;
}

/** Field names and values in turn, names in lower case. */
function named(fields: readonly string[]): string[] {
  return fields.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
}

function throwIfError(result: unknown): void {
  if (result instanceof Error) throw result;
}

interface Parser {
  initialize(type: number, resource: object): void;
  /** How many bytes were taken, or the error. */
  execute(bytes: Uint8Array): number | Error;
  finish(): undefined | Error;
}

interface Binding {
  readonly HTTPParser: {
    new (): Parser & Callbacks;
    readonly RESPONSE: number;
    readonly kOnHeaders: 1;
    readonly kOnHeadersComplete: 2;
    readonly kOnBody: 3;
    readonly kOnMessageComplete: 4;
  };
}

type HeadersComplete = [
  major: number,
  minor: number,
  fields: string[] | undefined,
  method: unknown,
  url: unknown,
  status: number,
  reason: string,
  isUpgrade: boolean,
  keepsAlive: boolean,
];

interface Callbacks {
  1: (fields: string[], url: string) => void;
  2: (...head: HeadersComplete) => number;
  3: (bytes: Buffer) => void;
  4: () => void;
}

const http = (process as unknown as { binding(name: 'http_parser'): Binding }).binding('http_parser');
