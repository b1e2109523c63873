import type { LogField } from './log-field.ts';
import type { LogLine } from './log-line.ts';

const ALERT: readonly LogField[] = [
  {
    name: 'budget',
    type: 'string',
    meaning: 'The budget, by whose it is and what it is called (`team:platform/main`).',
  },
  { name: 'threshold', type: 'number', meaning: 'The percentage of its limit, as `alert_at` has it.' },
];

/** Lines about budgets. */
export const BUDGETS: readonly LogLine[] = [
  {
    level: 'info',
    msg: 'a budget has reached a percentage of its limit',
    meaning:
      'Once for each percentage of `alert_at` and each window. Who is named in `alerts.webhook` is told the same.',
    fields: [...ALERT, { name: 'mode', type: 'string', meaning: '`hard` or `soft`.' }],
  },
  {
    level: 'warn',
    msg: 'an alert of a budget could not be delivered',
    meaning: '`alerts.webhook` did not take it for about half an hour, too many waited, or the gateway stopped before.',
    fields: [
      ...ALERT,
      {
        name: 'cause',
        type: 'string',
        meaning: "`status_` with the webhook's last status, the system's word, `queue_full` or `shutting_down`.",
      },
    ],
  },
  {
    level: 'warn',
    msg: 'budgets are counted in memory alone: a restart forgets what was spent',
    meaning:
      'There is no database (`data_dir`, `database`) that keeps what was spent. Budgets begin at 0 with each start.',
    fields: [],
  },
];
