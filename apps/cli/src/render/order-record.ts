import type { OrderRecord, ReceiptEntry } from '#contracts';
import { refusalsText } from './audit-details.js';
import type { Paint } from './paint.js';
import { clock, counted, shown } from './words.js';

/** What went out before the stop and what was refused since, gateway by gateway; said, too, when it is not known. */
export const orderRecordLines = (record: OrderRecord | null, paint: Paint): readonly string[] => {
  if (record === null) {
    const text = 'What went out before is not known now: the read model is away.';
    return ['', paint.yellow(text)];
  }
  const told = record.receipts.flatMap((receipt) => beforeLine(receipt));
  const refused = record.refusals.map((one) => `  ${shown(refusalsText(one))}`);
  return [
    ...(told.length === 0 ? [] : ['', paint.dim('Went out before:'), ...told]),
    ...(refused.length === 0 ? [] : ['', paint.dim('Refused since:'), ...refused]),
  ];
};

const beforeLine = ({ gateway, before }: ReceiptEntry): readonly string[] => {
  if (before === null) return [];
  const { last, last_minute, last_hour, since } = before;
  if (last === null) return [`  ${gateway}  nothing since ${clock(since)}`];
  const what = shown([last.act, last.subject, last.address].filter(Boolean).join(' '));
  const counts = `${counted(last_hour, 'act')} since ${clock(since)}, ${last_minute} in the last minute`;
  return [`  ${gateway}  last ${clock(last.at)} ${what}; ${counts}`];
};
