import { Counter, type CounterConfiguration, type LabelValues } from 'prom-client';

interface Cell<L extends string> {
  readonly labels: LabelValues<L>;
  count: number;
}

type Shelf<L extends string> = Map<string | number | undefined, Shelf<L> | Cell<L>>;

/**
 * A counter for what happens with every request: it counts in cells found by the values of its labels, and hands the sums
 * over when somebody scrapes. Prom-client's own way checks, sorts and joins the labels each time.
 */
export class TalliedCounter<L extends string> extends Counter<L> {
  private readonly shelf: Shelf<L> = new Map();
  private readonly cells: Cell<L>[] = [];
  private readonly names: readonly L[];

  constructor(configuration: CounterConfiguration<L>) {
    super(configuration);
    this.names = [...(configuration.labelNames ?? [])];
  }

  override inc(labels?: LabelValues<L> | number | object, value = 1): void {
    const plain = labels === undefined || typeof labels === 'number';
    const cell = this.cellOf(plain ? {} : (labels as LabelValues<L>));
    cell.count += typeof labels === 'number' ? labels : value;
  }

  override get(): ReturnType<Counter<L>['get']> {
    for (const cell of this.cells) {
      if (cell.count > 0) super.inc(cell.labels, cell.count);
      cell.count = 0;
    }
    return super.get();
  }

  private cellOf(labels: LabelValues<L>): Cell<L> {
    let shelf = this.shelf;
    const { names } = this;
    for (let at = 0; at < names.length - 1; at += 1) {
      const value = labels[names[at] as L];
      let next = shelf.get(value) as Shelf<L> | undefined;
      if (next === undefined) shelf.set(value, (next = new Map()));
      shelf = next;
    }
    const last = names.length === 0 ? undefined : labels[names[names.length - 1] as L];
    return (shelf.get(last) as Cell<L> | undefined) ?? this.newCell(shelf, last, labels);
  }

  private newCell(
    shelf: Shelf<L>,
    value: string | number | undefined,
    labels: LabelValues<L>,
  ): Cell<L> {
    const cell = { labels: { ...labels }, count: 0 };
    this.cells.push(cell);
    shelf.set(value, cell);
    return cell;
  }
}
