const FRAME_MS = 200;
const QUIET_MS = 2000;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Does a piece of work and tells about it on stderr: one line at its beginning and one at its end; on a terminal the
 * line counts the seconds when it takes longer than two.
 */
export const step = async (what, work) => {
  const since = Date.now();
  const terminal = process.stderr.isTTY === true;
  process.stderr.write(terminal ? `  ${what} …` : `  ${what} …\n`);
  const ticking = setInterval(() => {
    if (terminal && Date.now() - since > QUIET_MS)
      process.stderr.write(`\r  ${what} … ${seconds(since)} `);
  }, FRAME_MS);
  try {
    const result = await work();
    process.stderr.write(`${terminal ? '\r' : ''}  ${what}: done (${seconds(since)})\n`);
    return result;
  } catch (error) {
    if (terminal) process.stderr.write('\n');
    throw error;
  } finally {
    clearInterval(ticking);
  }
};
