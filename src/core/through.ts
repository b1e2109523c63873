import type { Upload } from './upload.ts';

/** What addresses look like that lead to the rest of an API. */
export interface AddressForm {
  /** A whole address; its first group is the path at the gateway, with the query. */
  readonly pattern: RegExp;
  /** The ids in such a path. */
  readonly idsIn: (path: string) => readonly string[];
}

/** How a request is passed through: what its path says, and what admission has found. */
export interface Through {
  /** Whose API it is, as `passthrough` in the config calls it. */
  readonly api: string;
  /** The ids in the path, in its order. */
  readonly ids: readonly string[];
  /** `name`: sealed ids have lower-case letters and digits only, since the API's clients cut names at anything else. */
  readonly idForm: 'id' | 'name';
  /** What is answered is the content of a file, of which nothing is read. */
  readonly isContent: boolean;
  /** Addresses in answers at which clients ask for more. They are to ask the gateway: for no other place they have a key. */
  readonly addresses?: AddressForm | undefined;
  /** It is about the account, and for operators: ids stay as they are. */
  readonly isAccount: boolean;
  /** Uploads and downloads are below a base of their own. */
  readonly root?: 'upload' | 'download' | undefined;
  /** The query with the provider's own ids, once those are known; before, and without ids, it is as it came. */
  readonly query?: string | undefined;
  /** What goes up piece by piece. */
  readonly upload?: Upload | undefined;
}
