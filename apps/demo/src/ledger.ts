/** Who got which e-mail, as the provider saw it. */
export class Ledger {
  private readonly timesMailed = new Map<number, number>();
  private readonly byTemplate = new Map<string, number>();

  mailed(customers: readonly number[], template: string): void {
    for (const customer of customers) {
      this.timesMailed.set(customer, (this.timesMailed.get(customer) ?? 0) + 1);
    }
    this.byTemplate.set(template, (this.byTemplate.get(template) ?? 0) + customers.length);
  }

  total(): number {
    return [...this.timesMailed.values()].reduce((sum, times) => sum + times, 0);
  }

  twice(): number {
    return [...this.timesMailed.values()].filter((times) => times > 1).length;
  }

  withTemplate(template: string): number {
    return this.byTemplate.get(template) ?? 0;
  }

  leftOut(customers: number): number {
    return customers - this.timesMailed.size;
  }
}
