import { NatsParser, type NatsFrame } from './nats-parser.js';

const told = (frames: readonly NatsFrame[]): string[] =>
  frames.map((frame) =>
    frame.kind === 'line'
      ? frame.line
      : [
          `${frame.message.subject}/${frame.message.sid}`,
          frame.message.reply ?? 'no reply',
          frame.message.status ?? 'no status',
          frame.message.data.toString(),
        ].join(' '),
  );

const HEADER = 'NATS/1.0\r\na: b\r\n\r\n';
const wire =
  'INFO {"x":1}\r\nMSG live.one 7 5\r\nhello\r\nMSG live.two 8 _INBOX.1 0\r\n\r\n' +
  `HMSG s 9 r ${HEADER.length} ${HEADER.length + 4}\r\n${HEADER}a\r\nb\r\n` +
  'HMSG s 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\nPONG\r\n';

const expected = [
  'INFO {"x":1}',
  'live.one/7 no reply no status hello',
  'live.two/8 _INBOX.1 no status ',
  's/9 r no status a\r\nb',
  's/9 no reply 503 ',
  'PONG',
];

it('cuts a stream into lines and messages', () =>
  expect(told(new NatsParser().feed(Buffer.from(wire)))).toEqual(expected));

it('cares not where the network split it', () => {
  const parser = new NatsParser();
  const bytes = [...Buffer.from(wire)];
  expect(told(bytes.flatMap((byte) => parser.feed(Buffer.from([byte]))))).toEqual(expected);
});
