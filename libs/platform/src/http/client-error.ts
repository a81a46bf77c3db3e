import type { Socket } from 'node:net';
import { ApiProblem } from './api-problem.js';
import { problemAnswer } from './problem.js';
import { traceOf } from './request-trace.js';

const detailOf = (code: string | undefined): string => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'The headers are larger than 16 KiB.';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not arrive in time.';
  return 'This is not HTTP/1.1.';
};

/** Answers what Node could not read as HTTP at all, and closes. */
export const answerClientError = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new ApiProblem('malformed_request', detailOf(error.code));
  const { body } = problemAnswer(problem, { path: '/', traceId: traceOf({}).traceId });
  const head = [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
