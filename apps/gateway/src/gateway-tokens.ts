/** What the container knows the gateway's identity by. */
export const GATEWAY_IDENTITY = Symbol('estop.gateway.identity');
