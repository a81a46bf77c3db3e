/**
 * A server that answers no ping on the connection of the kill path for two to three times so long is left for the next
 * one. Short against a lease: a frozen server must not cost a healthy gateway more than a moment. Milliseconds.
 */
export const KILL_PATH_PING_MS = 150;
