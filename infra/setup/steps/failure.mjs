/** A failure that the user can mend: told in two lines, without a stack trace. */
export class Failure extends Error {
  /**
   * @param {string} problem what is wrong
   * @param {string} cure what to do about it
   */
  constructor(problem, cure) {
    super(problem);
    this.cure = cure;
  }
}

const network =
  /\b(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b/;

/** What a failed `npm ci` means for the user. */
export const npmFailure = (output) => {
  const said = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .filter((line) => line !== '' && !/complete log of this run|^\/.*-debug-0\.log$/.test(line));
  if (network.test(output)) {
    return new Failure(
      `the packages could not be fetched: ${said.find((line) => network.test(line)) ?? said[0]}`,
      'check the network and the registry that npm is configured for (npm config get registry), then start again',
    );
  }
  if (/\bENOSPC\b/.test(output)) {
    return new Failure(
      'the packages do not fit: the disk is full',
      'free about 700 MB here, then start again',
    );
  }
  if (/\b(EACCES|EPERM|EROFS)\b/.test(output)) {
    return new Failure(
      `the packages could not be written: ${said.find((line) => /EACCES|EPERM|EROFS/.test(line)) ?? said[0]}`,
      'run as the user who owns this directory, or make it writable',
    );
  }
  return new Failure(
    `npm ci failed: ${said.slice(0, 5).join('; ') || 'it said nothing'}`,
    'mend that, then start again',
  );
};

/** What a system error in a launcher's own work means for the user. */
export const systemFailure = (error) => {
  if (error instanceof Failure) return error;
  if (error.code === 'ENOSPC')
    return new Failure('the disk is full', 'free some space, then start again');
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
    return new Failure(
      `cannot write to ${error.path}`,
      'run as the user who owns this directory, or make it writable',
    );
  }
  return new Failure(
    error.message,
    'this is a bug in the launcher: please report it with the line above',
  );
};
