import type { Invariant } from '../checker.js';

/** A bug planted into the core of budgets, and the rule of docs/adr/0011 that it takes away. */
export interface Mutant {
  readonly name: string;
  readonly rule: string;
  /** The checks that must name it; what else breaks does not count. */
  readonly expects: readonly Invariant[];
  /** In `libs/domain/src/budget/`. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
}

const ledger: readonly Mutant[] = [
  {
    name: 'grants-what-is-not-there',
    rule: 'no grant lets what is committed exceed the cap',
    expects: ['B1', 'B2'],
    file: 'ledger-fold.ts',
    find: 'if (remainder < needed) return',
    replace: 'if (remainder < 1) return',
  },
  {
    name: 'a-saying-counts-twice',
    rule: 'a saying counts once',
    expects: ['B3'],
    file: 'sayings.ts',
    find: 'if (n < heard.floor || heard.seen.has(n)) return false;',
    replace: 'if (n < heard.floor) return false;',
  },
  {
    name: 'what-was-given-up-counts',
    rule: 'what was given up is void',
    expects: ['B3'],
    file: 'sayings.ts',
    find: 'if (n < heard.floor || heard.seen.has(n)) return false;',
    replace: 'if (heard.seen.has(n)) return false;',
  },
  {
    name: 'an-older-cap-counts',
    rule: 'the cap with the highest version counts',
    expects: ['B2', 'B3'],
    file: 'ledger-fold.ts',
    find: 'if (cap.version <= this.version) return NOTHING;',
    replace: 'if (cap.version === this.version) return NOTHING;',
  },
  {
    name: 'a-top-up-for-ever',
    rule: 'a top-up ends by the clock of the log',
    expects: ['B2'],
    file: 'ledger-fold.ts',
    find: '(untilMs > this.#logTimeMs ? amountMicro : 0)',
    replace: '(untilMs > 0 ? amountMicro : 0)',
  },
  {
    name: 'a-grant-without-an-end',
    rule: 'what was granted ends with the period and the top-up',
    expects: ['B2', 'B6'],
    file: 'ledger-fold.ts',
    find: 'return Math.min(endMs, ...ends',
    replace: 'return Math.max(Infinity, endMs, ...ends',
  },
  {
    name: 'the-clock-goes-back',
    rule: "the log's time never goes back",
    expects: ['B2', 'B3'],
    file: 'ledger-fold.ts',
    find: 'this.#logTimeMs = Math.max(this.#logTimeMs, storedAtMs);',
    replace: 'this.#logTimeMs = storedAtMs;',
  },
  {
    name: 'the-last-period-is-forgotten',
    rule: 'what is said of the period before still counts there',
    expects: ['B3'],
    file: 'ledger-fold.ts',
    find: 'this.#previous = this.#current;',
    replace: 'this.#previous = null;',
  },
  {
    name: 'an-expiry-frees-nothing',
    rule: 'an authorization that is over is free again',
    expects: ['B3'],
    file: 'ledger-fold.ts',
    find: 'this.#bookOf(counted)?.close(amount, 0);',
    replace: 'this.#bookOf(counted)?.close(amount, amount);',
  },
  {
    name: 'a-balance-without-sayings',
    rule: 'a balance is all that the events before it said',
    expects: ['B3'],
    file: 'ledger-fold.ts',
    find: 'fold.#sayings = Sayings.from(balance.sayings);',
    replace: '',
  },
  {
    name: 'a-restart-inherits',
    rule: 'a crashed run keeps what it held',
    expects: ['B1', 'B3'],
    file: 'ledger-book.ts',
    find: '`${gateway}/${boot}`',
    replace: '`${gateway}/${Math.min(boot, 1)}`',
  },
  {
    name: 'captured-twice',
    rule: 'an authorization is captured once',
    expects: ['B3'],
    file: 'ledger-authorizations.ts',
    find: 'if (known.end === wanted && known.request === request) return wanted;',
    replace: 'if (known.end === wanted) return wanted;',
  },
  {
    name: 'captured-above',
    rule: 'no more is captured than was authorized',
    expects: ['B3'],
    file: 'ledger-authorizations.ts',
    find: "if (amountMicro > known.amount) return 'above_authorization';",
    replace: '',
  },
  {
    name: 'a-release-frees-nothing',
    rule: 'what was released is free again',
    expects: ['B3'],
    file: 'ledger-authorizations.ts',
    find: 'books(known.period)?.close(known.amount, 0);',
    replace: 'void books;',
  },
];

const gateway: readonly Mutant[] = [
  {
    name: 'any-version-will-do',
    rule: 'an allotment is spent under the cap that the control log shows',
    expects: ['B2'],
    file: 'holdings.ts',
    find: 'return this.#current.version >= Math.max(this.#cap.version, fold.version);',
    replace: 'return this.#current.version > 0;',
  },
  {
    name: 'only-the-ledger-tells-of-caps',
    rule: 'a lowered cap counts from the control log on',
    expects: ['B2'],
    file: 'holdings.ts',
    find: 'Math.max(this.#cap.version, fold.version)',
    replace: 'fold.version',
  },
  {
    name: 'stands-under-a-lower-cap',
    rule: 'allotments stand under a new cap where all fits under it',
    expects: ['B2'],
    file: 'holdings.ts',
    find: 'if (!fits) return;',
    replace: '',
  },
  {
    name: 'its-own-clock-does-not-count',
    rule: 'time runs on where no event tells of it',
    expects: ['B2', 'B6'],
    file: 'holdings.ts',
    find: 'storedAtMs + (nowMs - sentMs)',
    replace: 'storedAtMs - sentMs',
  },
  {
    name: 'free-while-under-way',
    rule: 'what is under way is not free',
    expects: ['B1', 'B2'],
    file: 'allotment.ts',
    find: ' - this.#underWay);',
    replace: ');',
  },
  {
    name: 'free-though-spent',
    rule: 'what is spent and not stated is not free',
    expects: ['B1', 'B2', 'B3'],
    file: 'allotment.ts',
    find: 'holding - this.#reserved - this.#unstated',
    replace: 'holding - this.#reserved',
  },
  {
    name: 'free-though-reserved',
    rule: 'what is reserved is not free',
    expects: ['B1', 'B2', 'B3'],
    file: 'allotment.ts',
    find: 'holding - this.#reserved',
    replace: 'holding',
  },
  {
    name: 'said-once-is-enough',
    rule: 'what was spent and is void is said again',
    expects: ['B3'],
    file: 'allotment.ts',
    find: 'this.#unstated += this.#take(n)?.settled ?? 0;',
    replace: 'this.#take(n);',
  },
  {
    name: 'keeps-what-is-idle',
    rule: 'an idle allotment flows back within a second',
    expects: ['B4'],
    file: 'holdings.ts',
    find: '|| nowMs - this.#usedMs >= IDLE_AFTER_MS;',
    replace: ';',
  },
  {
    name: 'nothing-is-given-up',
    rule: 'what was lost on its way is given up',
    expects: ['B7', 'B4'],
    file: 'own-sayings.ts',
    find: 'return sent.length > 0 && sent.every((sentMs) => isGivenUp(sentMs, nowMs));',
    replace: 'return sent.length < 0 && nowMs < 0;',
  },
  {
    name: 'deaf-to-the-others',
    rule: 'who holds something idle gives it back when another is short',
    expects: ['B5'],
    file: 'budget-account.ts',
    find: "if (outcome.kind === 'short') this.#holdings.recalled(nowMs);",
    replace: '',
  },
  {
    name: 'declines-without-asking',
    rule: 'it declines only where the ledger shows that nothing is left',
    expects: ['B5'],
    file: 'budget-account.ts',
    find: 'else if (isExhausted && amount > this.#grantable(nowMs))',
    replace: 'else if (isExhausted)',
  },
  {
    name: 'a-raised-cap-comes-late',
    rule: 'a changed cap counts for who is declined as well',
    expects: ['B5'],
    file: 'budget-account.ts',
    find: 'this.#line.hope(Infinity);',
    replace: '',
  },
  {
    name: 'round-for-ever',
    rule: 'what is asked for comes on top of what is there',
    expects: ['B5', 'B4'],
    file: 'holdings.ts',
    find: 'if (isWaitedFor) return false;',
    replace: '',
  },
  {
    name: 'the-old-allotment-goes-on',
    rule: 'what was granted in the last period is not spent any more',
    expects: ['B1', 'B3', 'B5', 'B6', 'B7'],
    file: 'holdings.ts',
    find: 'if (period === this.#current.period) return;',
    replace: 'if (this.#current.period > 0) return;',
  },
];

export const mutants: readonly Mutant[] = [...ledger, ...gateway];
