import { createMetrics } from './metrics.js';

describe('a counter', () => {
  const metrics = createMetrics('spec', { processDefaults: false });

  it('tells the sum of each set of labels, also when it is scraped in between', async () => {
    const counter = metrics.counter({ name: 'a_total', help: 'a', labels: ['act', 'by'] });
    counter.inc({ act: 'guard', by: '' });
    counter.inc({ by: '', act: 'guard' }, 2);
    counter.inc({ act: 'guard', by: 'stop' });
    expect(await metrics.text()).toContain('a_total{act="guard",by="",service="spec"} 3');
    counter.inc({ act: 'guard', by: '' });
    const text = await metrics.text();
    expect(text).toContain('a_total{act="guard",by="",service="spec"} 4');
    expect(text).toContain('a_total{act="guard",by="stop",service="spec"} 1');
  });

  it('counts without labels', async () => {
    const counter = metrics.counter({ name: 'b_total', help: 'b' });
    expect(await metrics.text()).toContain('b_total{service="spec"} 0');
    counter.inc();
    counter.inc(4);
    expect(await metrics.text()).toContain('b_total{service="spec"} 5');
  });
});
