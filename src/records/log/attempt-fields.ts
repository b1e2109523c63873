import type { AttemptRecord } from '../../core/record.ts';
import type { RecordField } from './log-field.ts';

/** The fields of one attempt in `tries`, in the order in which they are written. */
export const ATTEMPT_FIELDS = [
  {
    name: 'backend',
    of: (tried) => tried.backend,
    console: { partOf: 'attempts' },
    type: 'string',
    meaning: 'The backend that was asked.',
  },
  {
    name: 'model',
    of: (tried) => tried.model,
    console: { partOf: 'attempts' },
    type: 'string',
    meaning: 'The model that it was asked for.',
  },
  {
    name: 'status',
    of: (tried) => tried.status,
    console: { partOf: 'attempts' },
    trusted: 'a number',
    type: 'integer',
    meaning: 'The HTTP status of its answer.',
    absentWhen: 'it did not answer',
  },
  {
    name: 'failure',
    of: (tried) => tried.failure,
    console: { partOf: 'attempts' },
    type: 'string',
    meaning: 'What went wrong, in the words of the failure table of docs/errors.md.',
    absentWhen: 'it served',
  },
  {
    name: 'detail',
    of: (tried) => tried.detail,
    console: { partOf: 'attempts' },
    type: 'string',
    meaning:
      "The provider's code of the error, or else its type; of a connection the system's word with host and port; of a timeout its limit.",
    absentWhen: 'there is nothing to add',
  },
  {
    name: 'type',
    of: (tried) => tried.type,
    console: { leftOut: '`detail` says more' },
    type: 'string',
    meaning: "The provider's type of the error.",
    absentWhen: 'it gave none, or `detail` has it',
  },
  {
    name: 'message',
    of: (tried) => tried.message,
    console: { partOf: 'attempts' },
    type: 'string',
    meaning:
      "The first 200 characters of the provider's message, masked, where the status says that it cannot be about the prompt (401, 402, 403, 404, 408, 409, 429, 5xx), or of a page that is no JSON.",
    absentWhen: 'it could be about the prompt, or there was none',
  },
  {
    name: 'ms',
    of: (tried) => tried.ms,
    console: { partOf: 'attempts' },
    trusted: 'measured',
    type: 'number',
    unit: 'ms',
    meaning: 'How long the attempt took.',
  },
  {
    name: 'cost_usd',
    of: (tried) => tried.cost?.nanoUsd,
    console: { partOf: 'headline' },
    trusted: 'reckoned',
    type: 'number',
    unit: 'USD',
    meaning: 'What the attempt cost, in USD.',
    absentWhen: 'it used nothing, or nobody knows the price',
  },
  {
    name: 'hedge',
    of: (tried) => tried.hedge,
    console: { leftOut: 'the line of the attempt that was aborted says which of the two served' },
    trusted: 'one of three words',
    type: 'string',
    meaning:
      'What became of an attempt that was begun beside a slow one (`models.<alias>.hedge`): `won` (it served), `lost` (the other was faster, or the request ended) or `failed`. The slower of the two has the failure `hedge_lost`.',
    absentWhen: 'the attempt was none of these',
  },
  {
    name: 'cooling_until',
    of: (tried) => tried.coolingUntil,
    console: { partOf: 'attempts' },
    trusted: 'a time of the gateway’s clock',
    type: 'time',
    meaning: 'Until when this operation of the model at this backend is left alone because of this attempt.',
    absentWhen: 'the attempt caused no cooldown',
  },
] as const satisfies readonly RecordField<AttemptRecord>[];
