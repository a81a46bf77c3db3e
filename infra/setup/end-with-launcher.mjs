// Loaded before programs that know nothing of their launcher (jest, benchmarks): when the launcher dies, however, the
// channel to it closes and the program ends as if it had been told to. Processes that such a program forks (jest's workers)
// inherit this preload and have a channel to another parent: theirs is none of our business.
const PATIENCE_MS = 1500;

if (process.channel && process.env.LAUNCHER_PID === String(process.ppid)) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), PATIENCE_MS);
  });
  process.channel.unref();
}
