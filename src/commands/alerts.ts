import alerts from './alerts.json';

/** One alert of deploy/prometheus/alerts.yml. */
interface Alert {
  /** `critical` or `warning`. */
  readonly severity: string;
  /** With the names of labels in capitals. */
  readonly summary: string;
}

/** The alerts as `explain` knows them. */
export const ALERTS: Readonly<Record<string, Alert>> = alerts;
