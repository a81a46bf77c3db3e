import type { Edit } from './mutant.js';

export const pendingIsLeftOut: Edit = {
  file: 'control-node.ts',
  find: 'pending: this.#stops.pending(),',
  replace: 'pending: [],',
};

export const modesDoNotMatter: Edit = {
  file: 'gateway-lease.ts',
  find: ' && this.#stops.isUnderstood',
  replace: '',
};

export const ownRemovalIsPassedOver: Edit = {
  file: 'gateway-membership.ts',
  find: "return fact.boot === this.#boot ? this.#lose('joining') : 'nothing';",
  replace: "return 'nothing';",
};

export const anybodyIsRenewed: Edit = {
  file: 'control-node.ts',
  find: ' || !membership.isMember(renewal)',
  replace: '',
};

export const gatewayReadsAnything: Edit = {
  file: 'gateway-log.ts',
  find: 'if (pending > 0 || this.#identity.isShort) return;',
  replace: 'if (pending > 0) return;',
};

export const anyEventIsTheFirst: Edit = {
  file: 'log-cursor.ts',
  find: "const isFirst = this.#first === 1 && entry.fact.kind === 'log-started';",
  replace: 'const isFirst = this.#first === 1;',
};

export const lastNeedNotBeShown: Edit = {
  file: 'log-cursor.ts',
  find: "if (!this.#showsLast && entry.sequence > this.last.sequence) return 'foreign';",
  replace: '',
};
