import { Link } from './link.js';
import type { ProxyAnswer, ProxyOrder } from './proxy-messages.js';

/** Carries every connection of the mesh in a process of its own, so that no work of the lab delays a byte. */
const links = new Map<string, Link>();

const find = (name: string): Link => {
  const link = links.get(name);
  if (link === undefined) throw new Error(`there is no link ${name}`);
  return link;
};

const obey = async (order: ProxyOrder): Promise<void> => {
  switch (order.kind) {
    case 'open':
      for (const plan of order.links) links.set(plan.name, await Link.open(plan));
      return;
    case 'set':
      for (const link of order.names.map(find)) link.set(order.fault);
      return;
    case 'reset':
      for (const link of order.names.map(find)) link.reset();
  }
};

const answer = (reply: ProxyAnswer): void => void process.send?.(reply);

process.on('message', (order: ProxyOrder) => {
  const { number } = order;
  obey(order).then(
    () => answer({ number, problem: null }),
    (error: Error) => answer({ number, problem: error.message }),
  );
});
process.once('disconnect', () => process.exit());
// A Ctrl+C is the lab's: it ends us by the channel, after the services.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
