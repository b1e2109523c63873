import type { YAMLError } from 'yaml';

/**
 * A YAML syntax error in plain English. The parser's own message may quote the source, and with it a key.
 */
export function syntaxMessage(code: YAMLError['code']): string {
  return MESSAGES[code] ?? 'is not valid YAML here (write keys and values such as "listen: :8765")';
}

const MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: `a name that begins with * needs quotes: '*'`,
  BAD_COLLECTION_TYPE: 'a tag does not fit what follows it (remove the tag)',
  BAD_DIRECTIVE: 'unknown YAML directive (remove it, or write %YAML 1.2)',
  BAD_DQ_ESCAPE: 'unknown escape in double quotes (write \\\\ for a backslash, or use single quotes)',
  BAD_INDENT: 'wrong indentation (keys of one map, and items of one list, start in the same column)',
  BAD_SCALAR_START: 'text begins with a reserved character (put it into quotes)',
  BLOCK_AS_IMPLICIT_KEY:
    'a second "key: value" in one line (put each on its own line, or a text with ": " into quotes)',
  BLOCK_IN_FLOW: 'an indented block inside [ ] or { } (write it all in brackets, or all in lines)',
  KEY_OVER_1024_CHARS: 'a key is too long (at most 1024 characters; is a ":" or a quote missing?)',
  MISSING_CHAR: 'something is missing here (a closing quote or bracket, a comma, or the ":" after a key)',
  MULTILINE_IMPLICIT_KEY: 'a key spans several lines (write it on one line; is a ":" or a quote missing?)',
  MULTIPLE_ANCHORS: 'more than one anchor (keep one)',
  MULTIPLE_DOCS: 'a second document begins (keep one: remove the "---")',
  NON_STRING_KEY: 'a key is not text (write text; a "${VARIABLE}" inside { } or [ ] needs quotes)',
  RESOURCE_EXHAUSTION: 'is nested too deeply (use fewer levels)',
  TAB_AS_INDENT: 'a tab in the indentation (use spaces)',
  TAG_RESOLVE_FAILED: 'unknown tag (remove it; text that begins with "!" needs quotes)',
  UNEXPECTED_TOKEN: 'is not expected here (is a quote, a bracket or the indentation wrong above?)',
};
