/** A seal, and what it seals: on the first line, and all that follows. */
export const joinSealed = (seal: string, text: string): string => `${seal}\n${text}`;

export const splitSealed = (message: string): { readonly seal: string; readonly text: string } => {
  const end = message.indexOf('\n');
  return end < 0
    ? { seal: '', text: message }
    : { seal: message.slice(0, end), text: message.slice(end + 1) };
};
