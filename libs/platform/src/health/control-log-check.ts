import type { ControlLog } from '../control-log/control-log.js';
import type { Check } from './health.js';

/** For `/readyz`: the control log was read, and is followed. What was read stays in force while it is not. */
export const controlLogCheck = (log: Pick<ControlLog, 'ready' | 'connected' | 'view'>): Check => {
  const { position } = log.view;
  if (!log.ready()) return { ok: false, detail: `not read: at ${position}` };
  if (!log.connected()) return { ok: false, detail: `not followed: in force up to ${position}` };
  return { ok: true, detail: `in force up to ${position}` };
};
