import { connect, createInbox } from '@nats-io/transport-node';

/** The least that reading the log can cost: one push consumer with flow control, and nobody looks inside. */
export const drainActivity = async (url: string, events: number): Promise<void> => {
  const nc = await connect({ servers: url });
  const inbox = createInbox();
  let seen = 0;
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  nc.subscribe(inbox, {
    callback: (_, message) => {
      if (message.headers?.code === 100) return void message.respond();
      seen += 1;
      if (seen === events) ended();
    },
  });
  const config = {
    ...{ deliver_subject: inbox, ack_policy: 'none', deliver_policy: 'all', max_deliver: 1 },
    ...{ flow_control: true, idle_heartbeat: 1_000_000_000, mem_storage: true },
  };
  await nc.request(
    '$JS.API.CONSUMER.CREATE.ACTIVITY.drain',
    JSON.stringify({ stream_name: 'ACTIVITY', config: { ...config, name: 'drain' } }),
  );
  await end;
  await nc.request('$JS.API.CONSUMER.DELETE.ACTIVITY.drain');
  await nc.close();
};
