import type { ControlView } from '../control/control-view.js';
import type { Ask, Verdict } from './verdict.js';

export declare const judge: (view: ControlView, ask: Ask, nowMs: number) => Verdict;
