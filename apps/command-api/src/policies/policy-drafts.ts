import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  BacktestAnswer,
  live,
  type BacktestReport,
  type lintPolicy,
  type listPolicyPresets,
  type OrgName,
  type PolicyDocument,
  type PolicyName,
  type testPolicy,
} from '#contracts';
import { presetNames, presetPolicy } from '#domain';
import { NobodyAnsweredError, type Messaging } from '#event-store';
import { ApiProblem, invalidFields, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { watchedBy } from './policy-entries.js';
import { findPolicy, orgMeant, requireTarget } from './policy-reach.js';
import { documentOf, readDraft, reviewed } from './policy-review.js';

export type LintedPolicy = z.infer<typeof lintPolicy.response>;
export type ListedPresets = z.infer<typeof listPolicyPresets.response>;
type TestBody = z.infer<typeof testPolicy.body>;

/** What a draft is called that has no name yet. */
const UNNAMED = 'draft' as PolicyName;

/** The way to the policy evaluators. */
export class Evaluators {
  constructor(readonly messaging: Messaging) {}
}

/** Policies before they are set: looked over, and tried on what was recorded. */
@Injectable()
export class PolicyDrafts {
  constructor(
    private readonly control: Control,
    private readonly evaluators: Evaluators,
  ) {}

  async lint(
    { principal }: Caller,
    asked: OrgName | undefined,
    written: Readonly<Record<string, unknown>>,
  ): Promise<LintedPolicy> {
    await this.control.catchUp();
    const { view } = this.control;
    const org = orgMeant(view, principal, asked);
    const { document, findings } = readDraft(written, nameIn(written));
    if (document === null) return { ok: true, valid: false, findings, watches: null };
    const doubts = reviewed(view, document, org);
    const watches = watchedBy(view, principal, { org, target: document.target });
    return { ok: true, valid: !doubts.some(isError), findings: doubts, watches };
  }

  /** @throws ApiProblem `evaluator_unavailable` where none answers in time */
  async test(caller: Caller, asked: OrgName | undefined, body: TestBody): Promise<BacktestReport> {
    await this.control.catchUp();
    const { view, parts } = this.control;
    const { principal } = caller;
    const org = orgMeant(view, principal, asked);
    const document = this.drafted(caller, org, body);
    requireTarget(principal, document.target, org);
    const sinceMs = Date.parse(body.since);
    if (sinceMs > parts.clock.nowMs()) {
      throw invalidFields([{ in: 'body', path: 'since', message: 'must be in the past' }]);
    }
    const timeoutMs = body.timeout_ms;
    const request = { org, document, since: toTimestamp(sinceMs), timeoutMs };
    return answered(await this.ask(JSON.stringify(request), timeoutMs));
  }

  presets(): ListedPresets {
    const target = { org: 'example' as OrgName };
    const presets = presetNames.map((preset) => {
      const { rules, description = '' } = presetPolicy(preset, { name: preset, target });
      return { preset, description, rules };
    });
    return { ok: true, presets };
  }

  private drafted({ principal }: Caller, org: OrgName, body: TestBody): PolicyDocument {
    const { policy, name } = body;
    if (policy !== undefined) return documentOf(policy, policy.name ?? UNNAMED);
    const standing = { org, name: name ?? UNNAMED };
    return findPolicy(this.control.view, principal, standing).document;
  }

  private async ask(request: string, timeoutMs: number): Promise<BacktestAnswer> {
    try {
      const bytes = await this.evaluators.messaging.request(live.backtest, request, timeoutMs);
      return BacktestAnswer.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch (error) {
      if (!(error instanceof NobodyAnsweredError)) throw error;
      const detail = `No policy evaluator answered within ${timeoutMs} ms. Start one, or ask for a shorter time.`;
      throw new ApiProblem('evaluator_unavailable', detail, { cause: error });
    }
  }
}

const isError = ({ level }: LintedPolicy['findings'][number]): boolean => level === 'error';

/** Another one than its author's only where that is no name, which is told. */
const nameIn = ({ name }: Readonly<Record<string, unknown>>): PolicyName =>
  typeof name === 'string' ? (name as PolicyName) : UNNAMED;

const answered = (answer: BacktestAnswer): BacktestReport => {
  if (answer.ok) return answer;
  const { code, message } = answer;
  if (code === 'invalid_request') throw new ApiProblem('invalid_field', message);
  throw new ApiProblem('evaluator_unavailable', `The policy evaluator says: ${message}.`, {
    details: { evaluator: code },
  });
};
