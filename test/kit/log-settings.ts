import type { LogSettings } from '../../src/records/log/log.ts';

/** Settings of a log that has JSON files in `baseDir`, without limits, and shows its errors on the console. */
export function logSettings(baseDir: string | undefined, changes: Partial<LogSettings> = {}): LogSettings {
  return {
    level: 'info',
    consoleLevel: 'error',
    baseDir,
    separateFiles: false,
    maskSensitive: true,
    maxFileBytes: 0,
    maxAgeDays: 0,
    maxTotalBytes: 0,
    format: 'json',
    consoleFormat: 'plain',
    secrets: [],
    color: false,
    ...changes,
  };
}
