import type { Attempt } from './attempt.ts';

/**
 * Two attempts that are made for one exchange at the same time. The first to reach the commit point wins, and the other is
 * aborted in that moment: so there is never more than one answer.
 */
export class Race {
  constructor(
    private readonly first: Attempt,
    private readonly second: Attempt,
  ) {}

  /** To be called at the commit point of `attempt`, before anything follows from it. Throws if the other one was there before. */
  won(attempt: Attempt): void {
    const { aborted } = attempt;
    if (aborted?.kind === 'hedge_lost') throw aborted;
    (attempt === this.first ? this.second : this.first).lose();
  }
}
