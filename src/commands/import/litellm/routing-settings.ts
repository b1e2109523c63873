import { secondsText } from './seconds-text.ts';
import { fallbacksOf } from './fallbacks.ts';
import type { Aliases } from './aliases.ts';
import type { Notes } from './notes.ts';
import { listOf, numberOf, sectionOf, textOf, type Section } from './read-source.ts';

const BALANCE: Readonly<Record<string, readonly [balance: string, differs?: string]>> = {
  'simple-shuffle': ['random'],
  'least-busy': ['least_busy', 'the requests of this process count, not those of all'],
  'latency-based-routing': ['latency', 'the time to the first byte counts, with the requests under way'],
};

/** What to do about settings of routing that have no counterpart. */
const INSTEAD: Readonly<Record<string, string>> = {
  allowed_fails: 'one failure cools a model of a backend down; `fallback.cooldown_seconds: 0` turns cooldowns off',
  allowed_fails_policy: 'one failure cools a model of a backend down; what counts as one is `detection`',
  retry_policy: 'what is retried is `detection`, how often `fallback.max_retries`',
  model_group_retry_policy: 'what is retried is `detection`, how often `fallback.max_retries`',
  retry_after: '`fallback.backoff_initial` and `fallback.backoff_max`',
  content_policy_fallbacks: 'a content filter has the last word: no other model is asked',
  enable_pre_call_checks: 'a prompt that is too long goes to the next route by itself',
  default_litellm_params: 'set `timeout` and the like once, at the top of the config',
  cache_responses: 'there is no cache of responses',
  set_verbose: '`logging.level: debug`',
  debug_level: '`logging.level: debug`',
  json_logs: '`logging.console_format: json`; the file of `logging` is JSON already',
  callbacks: 'callbacks: `/metrics` (Prometheus) and the log have what they tell',
  success_callback: 'callbacks: `/metrics` (Prometheus) and the log have what they tell',
  failure_callback: 'callbacks: `/metrics` (Prometheus) and the log have what they tell',
  service_callback: 'callbacks: `/metrics` (Prometheus) has what they tell',
  cache: 'there is no cache of responses; the prompt caches work as ever',
  cache_params: 'there is no cache of responses; the prompt caches work as ever',
  guardrails: 'there are no guardrails: keep a service of your own in front',
  max_budget: 'a budget of the gateway: `budgets`',
  budget_duration: 'a budget of the gateway: `budgets`',
  default_team_settings: 'callbacks by team: `/metrics` and the log name the team',
  redis_host: 'each process has limits and cooldowns of its own',
  redis_port: 'each process has limits and cooldowns of its own',
  redis_password: 'each process has limits and cooldowns of its own',
  redis_url: 'each process has limits and cooldowns of its own',
  telemetry: 'not needed: nothing is reported to anybody',
};

const DONE = new Set(
  'routing_strategy num_retries cooldown_time timeout stream_timeout request_timeout fallbacks context_window_fallbacks default_fallbacks model_group_alias drop_params modify_params'.split(
    ' ',
  ),
);

/** Sections of routing. */
export interface Routing {
  readonly routing: object;
  readonly fallback: object;
  readonly timeout: object;
}

/** Reads `router_settings` and `litellm_settings`, of which the former counts where both say something. Adds what is a second name to the aliases. */
export function routingOf(config: Section, aliases: Aliases, notes: Notes): Routing {
  const [router, general] = [sectionOf(config['router_settings']), sectionOf(config['litellm_settings'])];
  const both = { ...general, ...router };
  const where = (name: string): string => `${name in router ? 'router_settings' : 'litellm_settings'}.${name}`;
  const seconds = numberOf(both['timeout']) ?? numberOf(both['request_timeout']);
  if (seconds !== undefined)
    notes.nearly(
      where('timeout' in both ? 'timeout' : 'request_timeout'),
      '`timeout.total_timeout`: retries and fallbacks are included',
    );
  const first = numberOf(both['stream_timeout']);
  if (first !== undefined) notes.nearly(where('stream_timeout'), '`timeout.first_byte_timeout`');
  if (both['drop_params'] === true)
    notes.nearly(
      where('drop_params'),
      'always: what a dialect cannot carry is left out, and `x-llm-proxy-dropped` names it',
    );
  if (both['modify_params'] === true) notes.nearly(where('modify_params'), 'built in, by vendor');
  groupAliases(both['model_group_alias'], where('model_group_alias'), aliases, notes);
  const fallbacks = fallbacksOf(both, where, Object.keys(aliases.models), notes);
  secondNames(both['model_group_alias'], fallbacks);
  tellRest({ router_settings: router, litellm_settings: general }, notes);
  return {
    routing: balanceOf(both['routing_strategy'], where('routing_strategy'), notes),
    fallback: {
      ...retriesOf(both, where, notes),
      ...(Object.keys(fallbacks).length > 0 && { alias_fallback: fallbacks }),
    },
    timeout: {
      ...(first === undefined ? {} : { first_byte_timeout: secondsText(first) }),
      ...(seconds === undefined ? {} : { total_timeout: secondsText(seconds) }),
    },
  };
}

function balanceOf(value: unknown, from: string, notes: Notes): object {
  const strategy = textOf(value);
  if (strategy === undefined) return {};
  const found = Object.hasOwn(BALANCE, strategy) ? BALANCE[strategy] : undefined;
  if (found === undefined) {
    notes.not(
      from,
      `\`${strategy.slice(0, 60)}\` has no counterpart: \`routing.balance\` is random, with the weights of the routes`,
    );
    return {};
  }
  const [balance, differs] = found;
  if (differs === undefined) notes.exactly(from, `\`routing.balance: ${balance}\``);
  else notes.nearly(from, `\`routing.balance: ${balance}\`: ${differs}`);
  return { balance };
}

function retriesOf(both: Section, where: (name: string) => string, notes: Notes): object {
  const retries = both['num_retries'];
  const cooldown = both['cooldown_time'];
  const isCount = typeof retries === 'number' && Number.isInteger(retries) && retries >= 0;
  if (isCount)
    notes.nearly(where('num_retries'), '`fallback.max_retries`: every route is tried once before one is tried again');
  const isTime = typeof cooldown === 'number' && cooldown >= 0;
  if (isTime)
    notes.nearly(
      where('cooldown_time'),
      '`fallback.cooldown_seconds`: one failure is enough, and one request tries again first',
    );
  return { ...(isTime && { cooldown_seconds: cooldown }), ...(isCount && { max_retries: retries }) };
}

/** `model_group_alias`: another name for what there is. */
function groupAliases(value: unknown, from: string, { models }: Aliases, notes: Notes): void {
  for (const [name, target] of namesOf(value)) {
    const model = models[target];
    if (model === undefined) notes.not(`${from}.${name}`, 'names no alias that was taken: make an alias of this name');
    else {
      models[name] ??= model;
      notes.exactly(`${from}.${name}`, 'an alias with the same routes');
    }
  }
}

/** What another name stands for goes on where that does. */
function secondNames(value: unknown, fallbacks: Record<string, string[]>): void {
  for (const [name, target] of namesOf(value)) {
    const list = fallbacks[target]?.filter((each) => each !== name);
    if (list !== undefined) fallbacks[name] ??= list;
  }
}

function namesOf(value: unknown): [name: string, target: string][] {
  return Object.entries(sectionOf(value)).flatMap(([name, target]) => {
    const text = textOf(target) ?? textOf(sectionOf(target)['model']);
    return text === undefined ? [] : [[name, text] as [string, string]];
  });
}

function tellRest(sections: Readonly<Record<string, Section>>, notes: Notes): void {
  for (const [section, settings] of Object.entries(sections)) {
    for (const [name, value] of Object.entries(settings)) {
      if (DONE.has(name) || isOff(value)) continue;
      const isMetrics = /callbacks?$/.test(name) && listOf(value).includes('prometheus');
      if (isMetrics)
        notes.nearly(`${section}.${name} prometheus`, '`/metrics` is on by default; its metrics have other names');
      if (isMetrics && listOf(value).length === 1) continue;
      notes.not(`${section}.${name}`, INSTEAD[name] ?? 'has no counterpart: leave it out, or say in an issue what for');
    }
  }
}

function isOff(value: unknown): boolean {
  return value === false || value === null || (Array.isArray(value) && value.length === 0);
}
