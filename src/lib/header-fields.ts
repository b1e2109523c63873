/**
 * The header fields of a request, names in lower case, what came several times joined. Taken from `Headers` once, for
 * every question to that costs as much as several to an object. `set-cookie`, which no request has, would be a list.
 */
export type HeaderFields = Readonly<Record<string, string | undefined>>;

export function headerFields(headers: Headers): HeaderFields {
  return headers.toJSON();
}
