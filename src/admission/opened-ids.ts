import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { withOpenedIds } from '../core/sealed-id.ts';
import type { Context } from '../context.ts';
import { unknownId } from '../routing/locate.ts';

/** The sealed ids of one request, opened: each leads to the backend that made it, and all have to lead to one. */
export class OpenedIds {
  /** The backend that they lead to, by name; undefined as long as there was none. */
  backend: string | undefined;

  #looks = 0;

  constructor(
    private readonly exchange: Exchange,
    private readonly context: Context,
  ) {}

  /**
   * A text with the provider's own ids. Throws the Refusal of an id that is not this caller's; where ids are only a part
   * of texts (`isProse`: a body, in which anybody may quote one), those stay as they are.
   */
  in(text: string, isProse = false): string {
    const { seal } = this.context.snapshot;
    if (seal === undefined) return text;
    return withOpenedIds(text, (sealed, at) => {
      if (isProse && !standsAlone(text, at, sealed.length)) return sealed;
      if (++this.#looks > MOST_LOOKS) throw tooMany();
      const opened = seal.open(this.exchange.callerId, sealed);
      if (opened !== undefined) {
        this.leadsTo(opened.backend, sealed);
        return opened.id;
      }
      throw unknownId(sealed);
    });
  }

  /** Notes where an id leads. Throws the Refusal of one that leads elsewhere than those before it. */
  leadsTo(backend: string, id: string): void {
    if (this.backend !== undefined && this.backend !== backend) {
      const message = `The id \`${shown(id)}\` belongs to another backend than the other ids in this request. Use ids of one backend per request.`;
      throw new Refusal('resource_not_found', message);
    }
    this.backend = backend;
  }
}

/** Each costs some microseconds, in which nobody else is served. */
const MOST_LOOKS = 2000;

function tooMany(): Refusal {
  return new Refusal('request_too_complex', `The request refers to more than ${MOST_LOOKS} ids. Use fewer.`);
}

/** Whether what stands there is a whole text in JSON, or the last part of an address in one. */
function standsAlone(text: string, at: number, length: number): boolean {
  const before = text[at - 1];
  return text[at + length] === '"' && (before === '"' || before === '/');
}

function shown(id: string): string {
  return id.slice(0, 100);
}
