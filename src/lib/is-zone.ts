/** Whether the IANA database has a time zone of this name; offsets such as `+05:30` are zones as well. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
