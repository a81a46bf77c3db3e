import type { Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { eventLine } from '../render/event-line.js';

/** Control events as they happen, until Ctrl+C. */
export const watchCommand: Command = {
  name: 'watch',
  summary: 'control events as they happen, line by line',
  words: { min: 0, max: 0 },
  details: ['Ends with Ctrl+C. When its gateway is lost, it goes on at another one without a gap.'],
  flags: {
    after: {
      value: 'SEQUENCE',
      help: 'begin behind this sequence of the control log; 0 shows it all',
    },
    count: { value: 'N', help: 'end after so many events' },
  },
  examples: ['estop watch', 'estop watch --after 0', 'estop watch --json | jq .type'],
  run: async ({ estop, terminal, flags, json, paint }) => {
    const after = flags.count('after');
    const left = { count: flags.count('count') ?? Infinity };
    const options = {
      signal: terminal.signal,
      ...(after === undefined ? {} : { lastEventId: String(after) }),
    };
    for await (const { type, data } of estop.mesh.stream(options)) {
      terminal.out(json ? JSON.stringify(data) : eventLine(type, data, paint));
      left.count -= 1;
      if (left.count <= 0) break;
    }
    return exitCodes.confirmed;
  },
};
