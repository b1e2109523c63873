import type { Operation } from '../operation.ts';
import { liteLlmKeyOperations } from './key-operations.ts';
import { liteLlmModelOperations } from './model-operations.ts';
import { liteLlmSpendOperations } from './spend-operations.ts';
import { liteLlmTeamOperations } from './team-operations.ts';

/** The part of LiteLLM's HTTP API that its tools speak, over the same keys, teams and ledger. For operators alone. */
export const LITELLM_OPERATIONS: readonly Operation[] = [
  ...liteLlmKeyOperations,
  ...liteLlmTeamOperations,
  ...liteLlmSpendOperations,
  ...liteLlmModelOperations,
];
