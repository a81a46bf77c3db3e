const KEY = /estop_(op|sa)_([a-z0-9]{16})_[0-9a-f]{1,64}/g;
const BEARER = /\b(bearer|basic) +[A-Za-z0-9._~+/=-]{8,}/gi;
const URL_PASSWORD = /(:\/\/[^:/@\s"]*):[^@/\s"]+@/g;

/** The text without keys, bearer tokens and passwords in URLs; a key's id stays, to say which it was. */
export const redact = (text: string): string =>
  text.replace(KEY, 'estop_$1_$2_***').replace(BEARER, '$1 ***').replace(URL_PASSWORD, '$1:***@');
