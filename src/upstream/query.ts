import type { Through } from '../core/through.ts';
import { fieldName } from '../core/upstream-url.ts';
import type { WithheldValues } from './withheld-values.ts';

/** What of a client's query is not for a backend. */
export interface QueryRules {
  /** The gateway's own fields in the backend's dialect, as `fieldName` has them. */
  readonly own: ReadonlySet<string> | undefined;
  /** Those that belong to the path by which the client came. */
  readonly ofPath: ReadonlySet<string> | undefined;
  /** What is asked is passed through: `model` is one of its own fields, and so are accounts, if it is about them. */
  readonly through?: Pick<Through, 'isAccount'> | undefined;
  /** The backend is asked with the client's own key, so that it may say whose account that is for. */
  readonly isOpen: boolean;
  /** What must not get there. */
  readonly withheld: WithheldValues;
}

/**
 * The client's query as it goes to a backend: fields only, encoded, so that nothing of it is path or fragment; without
 * what the gateway sets itself, and without keys and accounts where the gateway's own are used. With its `?`.
 */
export function upstreamQuery(query: string, rules: QueryRules): string {
  if (query.length < 2) return '';
  const fields: string[] = [];
  for (const field of query.slice(1).split('&')) if (field !== '' && passes(field, rules)) fields.push(encoded(field));
  return fields.length === 0 ? '' : `?${fields.join('&')}`;
}

function passes(field: string, { own, ofPath, through, isOpen, withheld }: QueryRules): boolean {
  const name = fieldName(field);
  const isOwn = own?.has(name) === true && (through === undefined || !OF_DOWNLOADS.has(name));
  if (isOwn || ofPath?.has(name) === true) return false;
  if (through === undefined && OF_THE_GATEWAY.has(name)) return false;
  if (isOpen) return true;
  if ((through?.isAccount !== true && ACCOUNT_FIELDS.has(name)) || /^x-(?:amz|goog|ms)-/.test(name)) return false;
  const [[decodedName = '', value = ''] = []] = new URLSearchParams(field);
  return !withheld.areIn(value) && !withheld.areIn(decodedName);
}

/** A field as it is, where that is the same for every reader. */
function encoded(field: string): string {
  return /^[\w.~%!$()*+,:@/?=[\]-]*$/.test(field) ? field : new URLSearchParams(field).toString();
}

/** What Google's downloads and uploads are asked by. Elsewhere it would change the form of an answer. */
const OF_DOWNLOADS: ReadonlySet<string> = new Set(['alt', 'uploadtype', 'upload-protocol', 'upload-id']);

/** Which model it is, the gateway says. */
const OF_THE_GATEWAY: ReadonlySet<string> = new Set(['model', 'models']);

/** Keys, accounts, and the version of an API, by which one client could have the gateway's key refused. */
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  'key',
  'api-key',
  'apikey',
  'access-key',
  'access-token',
  'oauth-token',
  'token',
  'auth',
  'authorization',
  'code',
  'sig',
  'signature',
  'subscription-key',
  'api-version',
  'apiversion',
  'project',
  'project-id',
  'projectid',
  'user-project',
  'userproject',
  'quotauser',
  'organization',
  'organization-id',
  'org',
  'workspace',
  'workspace-id',
  'account',
  'account-id',
  'tenant',
  'tenant-id',
]);
