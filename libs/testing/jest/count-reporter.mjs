import { writeFileSync } from 'node:fs';

/** Writes how many tests ran to `ESTOP_TEST_COUNTS`, for the launcher's last line. A suite that could not run counts as one failure. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.ESTOP_TEST_COUNTS;
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
