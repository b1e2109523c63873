const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;
/** The three forms of RFC 9110, section 5.6.7: today's, RFC 850's, and that of C's `asctime`. */
const FORMS = [
  String.raw`[A-Z][a-z]{2}, (?<day>\d{2}) ${MONTH} (?<year>\d{4}) ${TIME} GMT`,
  String.raw`[A-Z][a-z]{5,8}, (?<day>\d{2})-${MONTH}-(?<year>\d{2}) ${TIME} GMT`,
  String.raw`[A-Z][a-z]{2} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Reads a date as HTTP writes it, in milliseconds since the epoch; undefined for anything else. `Date.parse` takes much
 * more for a date: `-1` is a day in 2001.
 */
export function parseHttpDate(text: string): number | undefined {
  for (const form of FORMS) {
    const { groups } = form.exec(text) ?? {};
    if (groups === undefined) continue;
    const { day = '', month = '', year = '', hour = '', minute = '', second = '' } = groups;
    // A year of two digits is the nearest: dates of headers are about now.
    const fullYear = year.length === 2 ? 2000 + Number(year) : Number(year);
    return Date.UTC(fullYear, MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second));
  }
  return undefined;
}
