import type { IdSeal } from '../core/sealed-id.ts';
import type { AddressForm, Through } from '../core/through.ts';
import { withTexts } from '../lib/json-texts.ts';

/** For whom ids are sealed, where they come from, and in which form. */
export interface SealingFor {
  readonly seal: IdSeal;
  readonly caller: string;
  readonly backend: string;
  readonly form: Through['idForm'];
}

/** What is changed in an answer. */
export interface AnswerEdits {
  /** Undefined: ids stay as they are. */
  readonly sealing: SealingFor | undefined;
  /** Addresses that are to lead to the gateway, and its own. */
  readonly addresses: AddressForm | undefined;
  readonly origin: string;
}

/** A JSON text of an answer, or the events of one, with its ids sealed and its addresses the gateway's; all other bytes stay. */
export function editedAnswer(json: string, { sealing, addresses, origin }: AnswerEdits): string {
  const seal = (id: string): string =>
    sealing === undefined ? id : sealing.seal.seal(sealing.caller, sealing.backend, id, sealing.form);
  return withTexts(
    json,
    (value, key) => {
      if (addresses !== undefined && value.startsWith('http')) {
        const path = addresses.pattern.exec(value)?.[1];
        if (path !== undefined) return origin + withSealed(path, addresses.idsIn(path), seal);
      }
      if (sealing === undefined) return value;
      if (sealing.form === 'name') return PROSE.has(key) ? value : withSealedNames(value, seal);
      return isIdKey(key) && ID.test(value) ? seal(value) : value;
    },
    APPLICATIONS,
  );
}

/** Under these an application keeps data of its own: what looks like an id there is none of the provider's. */
const APPLICATIONS: ReadonlySet<string> = new Set(
  `metadata customMetadata custom_metadata attributes arguments args input item sample labels variables tool_choice tools
  parameters schema input_schema json_schema`.split(/\s+/),
);

function withSealed(path: string, ids: readonly string[], seal: (id: string) => string): string {
  return ids.reduce((edited, id) => edited.replace(`/${id}`, () => `/${seal(id)}`), path);
}

/** What a provider calls something: no sentence, no address and no path. */
const ID = /^[A-Za-z0-9][\w.:-]{0,255}$/;

/** `id`, `file_id`, `fileIds`, and the fields that hold ids by other names. */
function isIdKey(key: string): boolean {
  return (ID_KEY.test(key) && !NO_IDS.has(key)) || OTHER_ID_KEYS.has(key);
}

const ID_KEY = /^ids?$|_ids?$|[a-z]Ids?$/;
const OTHER_ID_KEYS: ReadonlySet<string> = new Set(['training_file', 'validation_file', 'result_files', 'container']);
/** What clients have made up themselves, what only says whose account it is, and names of models. */
const NO_IDS: ReadonlySet<string> = new Set(
  `custom_id user_id user_ids end_user_id request_id organization_id org_id project_id project_ids workspace_id
  workspace_ids account_id tenant_id model_id client_id external_id trace_id`.split(/\s+/),
);

/** Texts that people or models have written. */
const PROSE: ReadonlySet<string> = new Set(['text', 'displayName', 'description', 'message', 'data', 'mimeType']);

/** `files/abc`, `models/m/operations/abc`, and the same in an address. */
const NAMED =
  /^(https?:\/\/[^/]+\/(?:(?:upload|download)\/)?v1\w*\/)?((?:(?:models|corpora)\/[^/:]+\/)?)((?:(?:files|cachedContents|batches|tunedModels|fileSearchStores|documents|operations|interactions|agents)\/[\w.~-]+\/?)+)(:\w+(?:\?.*)?|\?.*)?$/;

/** Each second segment is a name. */
function withSealedNames(value: string, seal: (id: string) => string): string {
  const [, address = '', model = '', names, end = ''] = NAMED.exec(value) ?? [];
  if (names === undefined) return value;
  const sealed = names
    .split('/')
    .map((segment, index) => (index % 2 === 1 && segment !== '' ? seal(segment) : segment));
  return address + model + sealed.join('/') + end;
}
