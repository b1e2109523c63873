import { readdirSync } from 'node:fs';
import { maxOpenFiles } from '../../lib/open-files.ts';
import type { Family } from './prometheus.ts';
import { Gauge } from './prometheus.ts';

/** What Prometheus' own clients tell of a process, under the same names. */
export function processMetrics(): Family[] {
  const startedAt = Date.now() / 1000 - process.uptime();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  // Read once: nothing changes it later.
  const maxFds = maxOpenFiles();
  return [
    single('process_cpu_seconds_total', 'CPU time used, user and system.', cpuSeconds, 'counter'),
    single('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
    single('process_start_time_seconds', 'When the process started, since the epoch.', () => startedAt),
    single('process_open_fds', 'Open file descriptors (Linux).', () => readdirSync('/proc/self/fd').length),
    single('process_max_fds', 'How many may be open (Linux).', () => maxFds),
  ];
}

/**
 * A family of one number. It has no sample where the number cannot be read: only Linux has descriptors in a folder, and
 * with all of them in use neither they nor the memory can be read, which is when the other metrics are needed most.
 */
function single(
  name: string,
  help: string,
  read: () => number | undefined,
  type: 'gauge' | 'counter' = 'gauge',
): Gauge {
  return new Gauge({
    name,
    help,
    type,
    read: () => {
      try {
        const value = read();
        return value === undefined ? [] : [[[], value]];
      } catch {
        return [];
      }
    },
  });
}
