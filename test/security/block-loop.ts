// Loaded before the gateway by the tests of its watchdog: a signal makes its event loop stand still.
process.on('SIGUSR2', () => {
  if (process.env['HOW'] === 'wait') Bun.sleepSync(600_000);
  for (;;);
});
