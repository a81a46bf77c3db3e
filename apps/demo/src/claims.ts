/** What the demo says of itself, and whether it was so. A claim that fails makes the demo fail. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
  readonly evidence: string;
}

export class Claims {
  private readonly all: Claim[] = [];

  check(text: string, holds: boolean, evidence: string): void {
    this.all.push({ text, holds, evidence });
  }

  list(): readonly Claim[] {
    return this.all;
  }

  allHold(): boolean {
    return this.all.length > 0 && this.all.every((claim) => claim.holds);
  }

  lines(): string[] {
    return this.all.map(
      (claim) => `  ${claim.holds ? 'ok    ' : 'FAILED'}  ${claim.text} (${claim.evidence})`,
    );
  }
}
