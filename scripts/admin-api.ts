// Writes docs/openapi.json and docs/admin-api.md from the operations of the admin API.
import { openApi } from '../src/admin/openapi.ts';
import type { Operation } from '../src/admin/operation.ts';
import { OPERATIONS } from '../src/admin/operations.ts';
import { formatted } from './formatted.ts';
import { table as localizedTable } from './operations/table.ts';
import { writeGenerated } from './write-generated.ts';

type Word = string | number | boolean;

interface Described {
  readonly type?: string | readonly string[];
  readonly enum?: readonly Word[] | undefined;
  readonly const?: Word;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
  readonly items?: Described;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly additionalProperties?: Described | boolean;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: Word;
}

interface DescribedOperation {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly schema: Described;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: Described }>>;

const INTRO = `<!-- Generated from src/admin by \`make generate\`. Do not edit. -->

# The admin API

JSON over HTTP, below \`/admin\`, for whoever runs the gateway: with \`admin.api_key\` as \`Authorization: Bearer KEY\` (without one in the
config, with \`proxy_api_key\` from the gateway's own machine). No key of a caller opens it, but for
[the caller's own pages](#pages-of-a-caller). [openapi.json](openapi.json) has the same as OpenAPI 3.1, and so has
\`GET /admin/openapi.json\` of a running gateway.

- **Money** is decimal text in USD: \`"0.001234"\`. **Times** are RFC 3339 in UTC. Queries take a date, a time, or \`7d\` for seven days ago.
- **Lists** come in pages: send \`next\` of one as \`cursor\` for the one after it, until \`next\` is null.
- **Changes** count for the next request. With \`If-Match\` (the \`ETag\` of the answer before) a change is made only if nobody else was
  first. With \`Idempotency-Key\` a request may be sent again: the change is made once. Every change is in the audit log.
- **Errors** are \`{"error": {"message", "type", "code", "param"}}\` with a code of [errors.md](errors.md). Without a database in the config
  what needs one answers 501 \`storage_not_configured\`; one that cannot be reached, 503 \`storage_unavailable\`: models are served all
  the same.
- **Roles** count for whoever is signed in to the console ([console-sign-in.md](console-sign-in.md)): an \`admin\` may do everything, an
  \`operator\` everything but change keys and teams, a \`viewer\` look. A \`team_admin\` meets its own teams and those below alone, as if there
  were no others; a \`member\` has the pages of its own key. The admin key has the role \`admin\`. With \`admin.read_only\` nobody changes anything.
- Fields may be added; what is here stays.

In the examples \`$KEY\` is the admin key.`;

const OWN_INTRO = `A caller's own key opens these, and they are about that caller alone. In the examples \`$KEY\` is the caller's key.`;

const document = openApi() as { paths: Record<string, Record<string, DescribedOperation>> };

function section(operation: Operation): string {
  const { id, method, path, summary, status = 200, produces = [] } = operation;
  const described = document.paths[path]?.[method.toLowerCase()];
  if (described === undefined) throw new Error(`${id} is not in the document`);
  const { parameters, requestBody, responses } = described;
  const parts = [`### \`${method} ${path}\``, summary];
  if (parameters.length > 0)
    parts.push(
      table(
        ['parameter', 'in', 'meaning'],
        parameters.map((each) => [`\`${each.name}\``, each.in, meaningOf(each.schema, each.description)]),
      ),
    );
  const body = fieldRows(requestBody?.content['application/json']?.schema);
  if (body.length > 0) parts.push(table(['field of the body', 'type', 'meaning'], body));
  const answer = fieldRows(responses[status]?.content['application/json']?.schema);
  const files = produces.length === 0 ? '' : ` As a file: ${produces.map((type) => `\`${type}\``).join(', ')}.`;
  parts.push(`Answers with ${status}.${files} Least role: ${roleText(operation)}.`);
  if (answer.length > 0) parts.push(table(['field of the answer', 'type', 'meaning'], answer));
  parts.push(['```sh', curl(operation), '```'].join('\n'));
  return parts.join('\n\n');
}

/** Its fields, and those of what its lists hold, with dots between. */
function fieldRows(schema: Described | undefined, prefix = ''): string[][] {
  const inner = schema?.items ?? objectIn(schema);
  const { properties = {}, required = [] } = inner ?? {};
  return Object.entries(properties).flatMap(([name, field]) => {
    const place = `${prefix}${name}`;
    const isOptional = !required.includes(name);
    const row = [
      `\`${place}\``,
      typeOf(field) + (isOptional ? ', optional' : ''),
      meaningOf({ ...field, enum: undefined }, field.description),
    ];
    const below = field.items === undefined ? fieldRows(field, `${place}.`) : fieldRows(field, `${place}[].`);
    return [row, ...below];
  });
}

function objectIn(schema: Described | undefined): Described | undefined {
  const options = schema?.anyOf ?? schema?.oneOf;
  return options === undefined ? schema : options.find(({ properties }) => properties !== undefined);
}

function typeOf({ type, anyOf, oneOf, enum: words, const: only }: Described): string {
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(', ');
  if (only !== undefined) return `\`${String(only)}\``;
  const options = anyOf ?? oneOf;
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' or ');
  return [type ?? 'any'].flat().join(' or ');
}

function meaningOf(schema: Described, description = ''): string {
  const words = description === '' && schema.enum !== undefined ? schema.enum.map((word) => `\`${String(word)}\``) : [];
  const usual = schema.default === undefined ? '' : `Default \`${String(schema.default)}\`.`;
  return [description, words.join(', '), usual].filter((text) => text !== '').join(' ');
}

/** A good body for each: a test sends them. */
const BODIES: Readonly<Record<string, object>> = {
  validateConfig: { yaml: 'listen: 127.0.0.1:8765\nbackends: []\n' },
  createKey: { name: 'ci', team: 'platform', models: ['*'], budgets: [{ usd: 5, per: 'day' }], rpm: 60 },
  updateKey: { rpm: 120, owner: null },
  rotateKey: { grace: '1h' },
  createTeam: { name: 'platform', models: ['*'], budgets: [{ usd: 500, per: 'month' }] },
  updateTeam: { max_concurrency: 20 },
  explainRequest: { model: 'mine' },
  endCooldowns: { backend: 'one' },
  beginRehearsal: { backend: 'one', failure: 'timeout', caller: 'platform/ci', seconds: 60 },
};

const QUERIES: Readonly<Record<string, string>> = {
  getUsage: '?group_by=caller,model&from=7d',
  searchRequests: '?status=error&from=24h&limit=20',
  exportRequests: '?format=csv&from=2026-11-01',
  listPrices: '?unpriced=true',
  listBudgets: '?owner=team:platform',
  getMyUsage: '?group_by=day&from=30d',
};

function curl({ id, method, path }: Operation): string {
  const url = `http://127.0.0.1:8765${path.replace('{name}', path.includes('/backends/') ? 'one' : 'platform').replace('{id}', '$ID')}${QUERIES[id] ?? ''}`;
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const body =
    BODIES[id] === undefined ? '' : ` -H 'content-type: application/json' -d '${JSON.stringify(BODIES[id])}'`;
  return `curl -s${verb} "${url}" -H "Authorization: Bearer $KEY"${body}`;
}

/** Who may call it, signed in to the console. */
function roleText({ role, ownTeams }: Operation): string {
  return ownTeams === true ? `${role}, or team_admin` : role;
}

/** In English, as it is. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return localizedTable((text) => text, heads, rows);
}

/** Those below `/admin`; docs/migrate.md has what LiteLLM's tools speak. */
const shown = OPERATIONS.filter(({ path }) => path.startsWith('/admin'));
const own = shown.filter(({ role }) => role === 'member');
const text = [
  INTRO,
  table(
    ['', 'what it does', 'role'],
    shown.map((operation) => [`\`${operation.method} ${operation.path}\``, operation.summary, roleText(operation)]),
  ),
  '## Operations',
  ...shown.filter((operation) => !own.includes(operation)).map(section),
  '## Pages of a caller',
  OWN_INTRO,
  ...own.map(section),
].join('\n\n');

await writeGenerated('docs/admin-api.md', await formatted('docs/admin-api.md', `${text}\n`));
await writeGenerated(
  'docs/openapi.json',
  await formatted('docs/openapi.json', `${JSON.stringify(document, undefined, 2)}\n`),
);
