import { readdirSync } from 'node:fs';
import { maxOpenFiles } from '../lib/open-files.ts';
import type { Family } from './prometheus.ts';
import { Gauge } from './prometheus.ts';

/** What Prometheus' own clients tell of a process, under the same names. */
export function processMetrics(): Family[] {
  const startedAt = Date.now() / 1000 - process.uptime();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const families = [
    single('process_cpu_seconds_total', 'CPU time used, user and system.', cpuSeconds, 'counter'),
    single('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
    single('process_start_time_seconds', 'When the process started, since the epoch.', () => startedAt),
  ];
  // Only Linux has them in a folder.
  if (process.platform === 'linux') {
    families.push(single('process_open_fds', 'Open file descriptors.', () => readdirSync('/proc/self/fd').length));
    // Read once: nothing changes it later.
    const maxFds = maxOpenFiles();
    if (maxFds !== undefined) families.push(single('process_max_fds', 'How many may be open.', () => maxFds));
  }
  return families;
}

/**
 * A family of one number. It has no sample while the number cannot be read: with all descriptors in use neither memory
 * nor the descriptors can, and that is when the other metrics are needed most.
 */
function single(name: string, help: string, read: () => number, type: 'gauge' | 'counter' = 'gauge'): Gauge {
  return new Gauge({
    name,
    help,
    type,
    read: () => {
      try {
        return [[[], read()]];
      } catch {
        return [];
      }
    },
  });
}
