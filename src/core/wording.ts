import type { FailureKind } from './failure.ts';

/** What the message of an error says where no code says it. */
export interface Wording {
  /** Whose words they are; others that copied them are named where they are known. */
  readonly vendor: string;
  /** What the message begins with, once what gateways put in front of it is taken off. */
  readonly begins: RegExp;
  /** Where they were read, and when they were seen there. */
  readonly source: string;
  readonly seen: string;
  /** The row of the failure table, and the status that says the same. */
  readonly kind: FailureKind;
  readonly status: number;
}
