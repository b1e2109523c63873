/** A fenced block of a page. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  /** What the comment before it says, if there is one: `file: config.yaml`, `not tried: …`. */
  readonly note: string | undefined;
  /** The heading that it stands below. */
  readonly heading: string;
}

/** The fenced blocks of a page in their order; those within lists are taken out of their indentation. */
export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  let heading = '';
  const parts = page.matchAll(
    /^#+ (?<heading>.*)$|(?:<!-- (?<note>(?:file|not tried): .*?) -->\n\n)?^(?<indent> *)```(?<language>\w+)\n(?<text>[^]*?)^\k<indent>```$/gm,
  );
  for (const { groups = {} } of parts) {
    if (groups.heading !== undefined) heading = groups.heading;
    else {
      const { note, indent = '', language = '', text = '' } = groups;
      fences.push({ language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), note, heading });
    }
  }
  return fences;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): Set<string> {
  const withoutFences = page.replaceAll(/^ *```[^]*?^ *```$/gm, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences.matchAll(/^#+ (.*)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}
