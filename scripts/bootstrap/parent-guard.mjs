/** Preloaded into a child of the starter: when the starter is killed without a word, the platform must not live on as an orphan. */
if (process.env.SLUICE_STARTER === String(process.ppid) && process.channel) {
  process.channel.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
delete process.env.SLUICE_STARTER
