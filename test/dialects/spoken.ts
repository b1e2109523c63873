// What is said in tests of dialects, in a form of the tests' own. Each dialect's file here writes and reads it by hand,
// without the gateway's code, so that a mistake there is not repeated here.
import type { Json } from '../kit/json.ts';

/** What a client asks. */
export interface Ask {
  readonly system?: string;
  readonly turns: readonly AskTurn[];
  readonly tools?: readonly AskTool[];
  /** `required`: some tool must be called; an object: this one. */
  readonly choice?: 'auto' | 'none' | 'required' | { readonly tool: string };
  /** The answer has to be JSON of this schema. */
  readonly schema?: { readonly name: string; readonly schema: Json };
  readonly effort?: 'low' | 'medium' | 'high';
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly stop?: readonly string[];
}

export interface AskTurn {
  readonly role: 'user' | 'assistant';
  readonly items: readonly Item[];
}

export interface AskTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema. */
  readonly parameters: Json;
}

export type Item =
  | { readonly text: string }
  /** PNG, in base64. */
  | { readonly image: string }
  | { readonly imageUrl: string }
  /** PDF, in base64. */
  | { readonly pdf: string }
  | { readonly thought: string; readonly signature?: string }
  | { readonly call: { readonly id: string; readonly name: string; readonly args: Json } }
  | { readonly result: { readonly id: string; readonly name: string; readonly text: string } }
  | { readonly refusal: string };

/** What a backend answers. */
export interface Answer {
  readonly items: readonly Item[];
  readonly finish: 'stop' | 'tool_calls' | 'length' | 'filter' | 'refusal';
  readonly usage: Tokens;
}

/** `input` and `output` are all of them, cached and reasoning included. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
  readonly reasoning?: number;
}

/** An error of a backend, or what a client got for one. */
export interface ErrorAnswer {
  readonly status: number;
  readonly message: string;
}

/** A dialect, from both sides. */
export interface Dialect {
  /** As `backends[].protocol` has it. */
  readonly protocol: string;
  /** As docs call it. */
  readonly title: string;
  /** The path that a backend's `url` ends with. */
  readonly base: string;
  request(ask: Ask, model: string, stream: boolean): { readonly path: string; readonly body: Json };
  /** What a backend of this dialect was asked, in the tests' form; throws on what the dialect does not allow. */
  asked(body: Json, path: string): Ask & { readonly model: string; readonly stream: boolean };
  /** A plain answer's body. */
  answer(answer: Answer): Json;
  /** A streamed one, each string a whole event as it stands on the wire. */
  events(answer: Answer): readonly string[];
  /** The request that goes on: the answer goes back as it came, with the results of its calls. */
  followUp(request: Json, answer: Json, results: readonly { readonly name: string; readonly text: string }[]): Json;
  readAnswer(body: Json): Answer;
  /** Reads a stream; throws unless it is complete and in order. */
  readStream(text: string): Answer;
  error(error: ErrorAnswer): Json;
  /** Throws unless the body is an error of this dialect. */
  readError(status: number, body: Json): ErrorAnswer;
}

/** Items as comparable text: what a thought's signature is depends on who asks, so it is compared elsewhere. */
export function plainly(items: readonly Item[]): string[] {
  return items.map((item) => {
    if ('call' in item) return `call ${item.call.name} ${JSON.stringify(item.call.args)}`;
    if ('result' in item) return `result ${item.result.name} ${item.result.text}`;
    if ('thought' in item) return `thought ${item.thought}`;
    const [[kind, value]] = Object.entries(item) as [[string, string]];
    return `${kind} ${value}`;
  });
}

/** Text cut in pieces of a few characters, as models stream it. */
export function inPieces(text: string, size = 7): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}

/** Fails a test whose wire is not as the dialect demands. */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}
