import type { IdSeal } from '../core/sealed-id.ts';
import type { ProviderState } from '../protocols/protocol.ts';
import type { AttemptContext } from './settle.ts';

/** Seals the ids in an answer of the client's own dialect on its way down, and notes whose the items in it are. */
export class AnswerIds {
  /** Undefined where ids pass as they are. */
  static for(ongoing: AttemptContext): AnswerIds | undefined {
    const { providerState } = ongoing.protocol;
    const { seal, hasManyCallers } = ongoing.context.snapshot;
    if (ongoing.translation !== undefined || providerState === undefined || seal === undefined) return undefined;
    // Where nothing is to be sealed, it is a model's own answers alone in which ids are noted, if there is anybody to tell apart.
    const isNoted = hasManyCallers && ongoing.exchange.endpoint?.operation === 'generate';
    if (providerState.seal === undefined && !isNoted) return undefined;
    return new AnswerIds(ongoing, providerState, seal);
  }

  private constructor(
    private readonly ongoing: AttemptContext,
    private readonly providerState: ProviderState,
    private readonly idSeal: IdSeal,
  ) {}

  /** The text of a plain answer, or of an event's data, with sealed ids; `body` is the text, parsed. All other bytes stay. */
  sealed(text: string, body: unknown): string {
    const { exchange, attempt, context } = this.ongoing;
    const { name } = attempt.route.backend;
    const { callerId } = exchange;
    for (const id of this.providerState.itemsOf(body)) context.owners.remember(callerId, id, name);
    return this.providerState.seal?.(text, body, (id) => this.idSeal.seal(callerId, name, id)) ?? text;
  }
}
