import type { BrokenDetail } from './broken-answer.ts';

const BROKEN_DETAIL = '`detail` of a `broken_answer`';

/** A stable word that is neither an error code nor a failure of an attempt. */
interface Word {
  /** Where it is read. */
  readonly where: string;
  readonly meaning: string;
  readonly remedy: string;
}

const BROKEN: Readonly<Record<BrokenDetail, Word>> = {
  invalid_json: {
    where: BROKEN_DETAIL,
    meaning: 'The answer of the backend is not JSON, where nothing else would be an answer.',
    remedy: "Check the backend's `url` and `protocol`: what answers there may be no LLM API.",
  },
  html: {
    where: BROKEN_DETAIL,
    meaning: 'The backend sent HTML (what came begins with `<`) where JSON is an answer.',
    remedy:
      "Check the backend's `url`: it leads to a web page. If it is right, look for a proxy or a sign-in page between the gateway and the provider.",
  },
  no_answer: {
    where: BROKEN_DETAIL,
    meaning: 'The answer of the backend is empty, or says nothing that is an answer in its dialect.',
    remedy: "Check the backend's `protocol` and the model.",
  },
  malformed: {
    where: BROKEN_DETAIL,
    meaning: 'The answer of the backend is JSON, but not of its dialect, so it cannot be translated.',
    remedy: "Check the backend's `protocol`; `logging.debug_mode` logs what it sends.",
  },
  unasked_stream: {
    where: BROKEN_DETAIL,
    meaning: 'The backend sent a stream that the client did not ask for and that cannot be made into one answer.',
    remedy: "Check the backend's `url` and `protocol`, and proxies between.",
  },
  stream_without_content: {
    where: BROKEN_DETAIL,
    meaning: 'The stream ended before it held any content.',
    remedy: 'None is needed once: another route is tried. If it repeats, look at the backend.',
  },
  stream_ended_early: {
    where: BROKEN_DETAIL,
    meaning: 'The stream ended without the event that completes it.',
    remedy: 'Look at the backend, and at proxies between that end long answers.',
  },
  too_complex: {
    where: BROKEN_DETAIL,
    meaning:
      'The answer is nested deeper, or holds more values, than `server.max_nesting` and `server.max_values` allow.',
    remedy: 'Raise them, if the answer is a good one.',
  },
  abandoned: {
    where: BROKEN_DETAIL,
    meaning: 'The gateway let go of an attempt that it had not ended: a bug of its own, not the fault of the backend.',
    remedy: 'Report it, with the lines of the log that have the same `trace_id`.',
  },
};

/** Words that operators meet in answers and logs, and may rely on. Markdown, as in docs/errors.md, which is made of it. */
export const DETAIL_WORDS: Readonly<Record<string, Word>> = {
  draining: {
    where: '`reason` of `GET /readyz`',
    meaning: 'The gateway is stopping: it finishes what is under way and takes nothing new.',
    remedy: 'None is needed: a load balancer sends requests elsewhere.',
  },
  no_backend: {
    where: '`reason` of `GET /readyz`',
    meaning: 'No backend is enabled, or health checks know every one of them to be dead.',
    remedy: '`GET /admin/backends` says what each of them missed.',
  },
  up: {
    where: '`state` of `GET /admin/backends`',
    meaning: 'The backend, or the model at it, gets requests.',
    remedy: 'None is needed.',
  },
  dead: {
    where: '`state` of `GET /admin/backends`',
    meaning: 'The backend has missed `health_check.unhealthy_after` health checks in a row, and gets no requests.',
    remedy: 'Look at `last_miss`. It is back after `health_check.healthy_after` answers.',
  },
  cooling: {
    where: '`state` of `GET /admin/backends`',
    meaning: 'An operation of the model at this backend has failed, and gets no requests until `cooling_until`.',
    remedy: 'Look at `last_failure`; `fallback.cooldown_seconds` says for how long.',
  },
  half_open: {
    where: '`state` of `GET /admin/backends`',
    meaning: 'Its cooldown is over, and one request at a time is let through as a trial.',
    remedy: 'None is needed: it is up again when a trial has succeeded.',
  },
  ...BROKEN,
};
