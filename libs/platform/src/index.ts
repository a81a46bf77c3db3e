export * from './clock/clock.js';
export * from './command/record.js';
export * from './config/config-error.js';
export * from './config/config-fields.js';
export * from './config/load-config.js';
export * from './control-log/control-log.js';
export * from './control-log/control-source.js';
export * from './disk/directory-lock.js';
export * from './disk/process-identity.js';
export * from './disk/write-whole.js';
export * from './health/control-log-check.js';
export * from './health/health.js';
export * from './http/api-problem.js';
export * from './http/bind-route.js';
export * from './http/endpoint.js';
export { invalidFields, parsePart, type FieldError } from './http/field-errors.js';
export * from './http/listen.js';
export * from './http/nest-app.js';
export * from './http/paging.js';
export { PROBLEM_TYPE, problemAnswer, problemOf, type ProblemAnswer } from './http/problem.js';
export type { RequestTrace } from './http/request-trace.js';
export type { AnyCall, Call, CallerOf, Handler, RouteHost } from './http/route-host.js';
export * from './http/scope.js';
export * from './http/server.js';
export * from './http/sse.js';
export type { Fallback } from './http/unmatched.js';
export * from './idempotency/idempotency.js';
export * from './identity/authenticate.js';
export * from './identity/fact-ids.js';
export * from './identity/hashed-ids.js';
export * from './identity/ids.js';
export * from './identity/key-token.js';
export * from './identity/random-text.js';
export * from './log/logger.js';
export * from './metrics/metrics.js';
export * from './outbound/outbound-post.js';
export { isPublicAddress } from './outbound/public-address.js';
export * from './outbound/targets.js';
export * from './sealing/sealed.js';
export * from './service/run-service.js';
export * from './telemetry/telemetry.js';
export * from './telemetry/trace-context.js';
export * from './mesh-stream/mesh-event.js';
export * from './mesh-stream/mesh-stream.js';
export * from './openapi/bind-openapi.js';
export {
  openApiDocument,
  type OpenApiDocument,
  type OpenApiOptions,
  type Operation,
} from './openapi/document.js';
