/** Up to this length a text is not looked at: what it may come to is too little to matter. */
const SMALL_UNITS = 64 * 1024;
/** What a small text comes to, parsed, for each of its units: more than conversations do, less than the worst. */
const SMALL_FACTOR = 8;
/** What JavaScriptCore needs for each element of a list or object: an empty object, measured, with its place. */
const BYTES_PER_ELEMENT = 40;
const SAMPLES = 16;
const SAMPLE_UNITS = 1024;

/**
 * About how many bytes of memory a JSON text will take once it is parsed. Text is cheap and structure is not: 60 MB of
 * `[],` become 1.5 GB. Long texts are judged by samples at random places, where nobody can arrange them to look small.
 */
export function jsonFootprint(text: string, random: () => number): number {
  const { length } = text;
  if (length <= SMALL_UNITS) return length * SMALL_FACTOR;
  let elements = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const from = Math.floor(random() * (length - SAMPLE_UNITS));
    elements += structureIn(text, from, from + SAMPLE_UNITS);
  }
  return length + Math.round((elements / (SAMPLES * SAMPLE_UNITS)) * length * BYTES_PER_ELEMENT);
}

/** How many brackets, braces, commas and colons there are; those within strings count as well. Mostly there are few. */
function structureIn(text: string, from: number, to: number): number {
  const sample = text.slice(from, to);
  let count = 0;
  for (const mark of MARKS) for (let at = sample.indexOf(mark); at !== -1; at = sample.indexOf(mark, at + 1)) count++;
  return count;
}

const MARKS = [',', ':', '[', '{'];
