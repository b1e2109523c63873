// Docker Compose, held against the image, the config and the program.
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { CLOSING_MS } from '../../src/commands/serve.ts';
import { parseDuration } from '../../src/lib/duration.ts';
import { matchEndpoint } from '../../src/server/endpoints.ts';
import type { Json } from '../kit/json.ts';
import { documentsOf, loadConfig, longestRequestMs, portOf, read } from './files.ts';

const FOLDER = 'deploy/docker-compose';
const DOCKERFILE = read('Dockerfile');
const compose = documentsOf(read(`${FOLDER}/compose.yaml`))[0];
const scrape = documentsOf(read(`${FOLDER}/prometheus.yml`))[0].scrape_configs[0];
const { 'llm-proxy': gateway, prometheus, grafana } = compose.services;
const { config, warnings } = loadConfig(read(`${FOLDER}/config/config.yaml`));

describe('docker compose', () => {
  test('the config is valid, without a warning, and only the metrics need no key', () => {
    expect(warnings).toEqual([]);
    expect(config.listen).toBe(':8765');
    expect(config.metrics).toMatchObject({ enabled: true, public: true, listen: ':9090' });
    expect(config.proxy_api_key).toBeDefined();
    expect(config.backends.map(({ url }) => url)).toEqual(['demo:']);
  });

  test('what the README starts before it asks lets the shell go on, once it can be asked', () => {
    const [block = ''] = /```sh\n[^]*?```/.exec(read(`${FOLDER}/README.md`)) ?? [];
    expect(block).toMatch(/^docker compose up .*--detach --wait\ncurl /m);
  });

  test('mounts the config where it is read, and the logs where they are written', () => {
    expect(gateway.command).toEqual(['serve', '-c', '/etc/llm-proxy/config.yaml']);
    expect(gateway.volumes).toContain('./config:/etc/llm-proxy:ro');
    expect(DOCKERFILE).toContain('VOLUME /var/lib/llm-proxy/logs');
    expect(gateway.volumes).toContain('logs:/var/lib/llm-proxy/logs');
    expect(DOCKERFILE).toContain('WORKDIR /var/lib/llm-proxy\n');
    expect(join('/var/lib/llm-proxy', config.logging.base_dir)).toBe('/var/lib/llm-proxy/logs');
  });

  test('publishes the port of the image and of the config, to this machine alone, and none of the metrics', () => {
    expect(DOCKERFILE).toContain(`EXPOSE ${portOf(config.listen)}`);
    expect(gateway.ports).toEqual([`127.0.0.1:8765:${portOf(config.listen)}`]);
    expect(prometheus.ports).toBeUndefined();
    expect(grafana.ports).toEqual(['127.0.0.1:3000:3000']);
  });

  test('Prometheus has the rules where it looks for them', () => {
    expect(documentsOf(read(`${FOLDER}/prometheus.yml`))[0].rule_files).toEqual(['alerts.yml']);
    expect(prometheus.volumes).toContain('../prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro');
  });

  test('Prometheus asks where the metrics are, and Grafana asks Prometheus', () => {
    expect(scrape.static_configs[0].targets).toEqual([`llm-proxy:${portOf(config.metrics.listen)}`]);
    expect(matchEndpoint(new Request('http://x'), scrape.metrics_path ?? '/metrics', '').endpoint?.handler).toBe(
      'metrics',
    );
    const [{ url }] = documentsOf(read(`${FOLDER}/grafana/provisioning/datasources/prometheus.yaml`))[0].datasources;
    expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
  });

  test('Grafana finds the dashboard where it is mounted', () => {
    const [{ options }] = documentsOf(read(`${FOLDER}/grafana/provisioning/dashboards/llm-proxy.yaml`))[0].providers;
    expect(grafana.volumes).toContain(`../grafana:${options.path}:ro`);
  });

  test.each(Object.entries<Json>(compose.services))('%s is confined, watched and pinned', (name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], restart: 'unless-stopped' });
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.user).toMatch(/^[1-9]/);
    expect(service.healthcheck.test[0]).toBe('CMD');
    if (name !== 'llm-proxy') expect(service.image).toMatch(/:v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  });

  test('the gateway runs as the user of the image and is asked for its health as there', () => {
    const [user, group] = gateway.user.split(':');
    expect(DOCKERFILE).toContain(`-o ${user} -g ${group}`);
    const [, ...command] = gateway.healthcheck.test;
    expect(DOCKERFILE).toContain(`CMD ${JSON.stringify(command).replaceAll(',', ', ')}`);
  });

  test('the gateway drains as long as a request may take, and is not killed before', () => {
    expect(config.server.shutdown_timeout).toBe(longestRequestMs(config));
    expect(parseDuration(gateway.stop_grace_period)).toBeGreaterThan(config.server.shutdown_timeout + CLOSING_MS);
  });
});
