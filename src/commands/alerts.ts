/** One alert of deploy/prometheus/alerts.yml. */
interface Alert {
  readonly severity: 'critical' | 'warning';
  /** With the names of labels in capitals. */
  readonly summary: string;
}

/** The alerts as `explain` knows them. A test holds them to the rules, which lie outside the executable. */
export const ALERTS: Readonly<Record<string, Alert>> = {
  LlmProxyDown: { severity: 'critical', summary: 'No instance of the gateway answers Prometheus.' },
  LlmProxyAliasErrors: { severity: 'critical', summary: 'Clients that ask for ALIAS get errors.' },
  LlmProxyOutOfFiles: { severity: 'critical', summary: 'INSTANCE has run out of files, memory or ports.' },
  LlmProxyInstanceDown: { severity: 'warning', summary: 'INSTANCE does not answer Prometheus.' },
  LlmProxyRestarts: { severity: 'warning', summary: 'INSTANCE starts over and over.' },
  LlmProxyAliasErrorsLinger: {
    severity: 'warning',
    summary: 'Some clients that ask for ALIAS get errors, and have for long.',
  },
  LlmProxyAliasStreamsCut: { severity: 'warning', summary: 'Answers of ALIAS break off after they have begun.' },
  LlmProxyBackendCutsStreams: {
    severity: 'warning',
    summary: 'Backend BACKEND breaks answers off after they have begun.',
  },
  LlmProxyProviderRefuses: {
    severity: 'warning',
    summary: "The provider of BACKEND refuses the gateway's key or account for MODEL.",
  },
  LlmProxyBackendFails: { severity: 'warning', summary: 'Attempts of MODEL at BACKEND fail.' },
  LlmProxyBackendDead: { severity: 'warning', summary: 'Backend BACKEND answers no health check.' },
  LlmProxyAliasNowhereToGo: { severity: 'warning', summary: 'Every route of ALIAS is cooling down or dead.' },
  LlmProxyAliasOnFallback: { severity: 'warning', summary: 'Another model serves the clients of ALIAS.' },
  LlmProxyAliasSlow: {
    severity: 'warning',
    summary: 'ALIAS takes three times as long to begin an answer as yesterday.',
  },
  LlmProxyRateLimiting: { severity: 'warning', summary: "The gateway's own rate limits refuse requests for ALIAS." },
  LlmProxyClientKeysRefused: { severity: 'warning', summary: 'Clients come with keys that the gateway does not take.' },
  LlmProxyQueueing: { severity: 'warning', summary: 'Requests wait long in the queue, or it refuses them.' },
  LlmProxyMemoryNearlyFull: {
    severity: 'warning',
    summary: 'Requests on INSTANCE hold nearly all the memory that they may.',
  },
  LlmProxyFilesNearlyOut: { severity: 'warning', summary: 'INSTANCE has opened most of the files that it may.' },
  LlmProxyCpuFull: { severity: 'warning', summary: 'INSTANCE uses a whole core.' },
  LlmProxyOverhead: { severity: 'warning', summary: 'INSTANCE itself slows requests down.' },
  LlmProxyDrainsTooLong: {
    severity: 'warning',
    summary: 'INSTANCE has taken no new requests for a quarter of an hour.',
  },
  LlmProxyConfigInvalid: {
    severity: 'warning',
    summary: 'The config file of INSTANCE is invalid, and an older config is in force.',
  },
  LlmProxyLogLinesLost: { severity: 'warning', summary: 'INSTANCE loses log lines.' },
};
