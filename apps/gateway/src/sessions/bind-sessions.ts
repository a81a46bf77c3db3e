import {
  addSessionMessage,
  completeSession,
  createSession,
  getSession,
  listSessionMessages,
  listSessions,
  readSessionFeed,
  streamSessionFeed,
} from '#contracts';
import { bindRoute, type HttpServer, type RouteHost } from '#platform';
import type { SessionParts } from './session-parts.js';

export const bindSessions = (server: HttpServer, host: RouteHost, parts: SessionParts): void => {
  const { create, reading, messages, stream } = parts;
  bindRoute(server, createSession, host, (call) => create.handle(call));
  bindRoute(server, listSessions, host, (call) => reading.list(call));
  bindRoute(server, getSession, host, (call) => reading.get(call));
  bindRoute(server, addSessionMessage, host, (call) => messages.add(call));
  bindRoute(server, listSessionMessages, host, (call) => messages.list(call));
  bindRoute(server, readSessionFeed, host, (call) => messages.feed(call));
  bindRoute(server, streamSessionFeed, host, (call) => stream.handle(call));
  bindRoute(server, completeSession, host, (call) => reading.complete(call));
};
