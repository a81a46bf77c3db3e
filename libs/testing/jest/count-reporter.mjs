import { writeFileSync } from 'node:fs';

/** Writes how many tests ran to `JEST_ESTOP_COUNTS`, for the launcher's last line. A suite that could not run counts as one failure. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.JEST_ESTOP_COUNTS;
    if (file === undefined) return;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    writeFileSync(
      file,
      JSON.stringify({
        passed: results.numPassedTests,
        failed,
        interrupted: results.wasInterrupted,
      }),
    );
  }
}
