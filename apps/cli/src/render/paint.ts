type Stroke = (text: string) => string;

/** Colours, or none. */
export interface Paint {
  readonly bold: Stroke;
  readonly dim: Stroke;
  readonly red: Stroke;
  readonly green: Stroke;
  readonly yellow: Stroke;
}

const plain: Stroke = (text) => text;
const ansi =
  (on: number, off: number): Stroke =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export const paintFor = (colours: boolean): Paint =>
  colours
    ? {
        bold: ansi(1, 22),
        dim: ansi(2, 22),
        red: ansi(31, 39),
        green: ansi(32, 39),
        yellow: ansi(33, 39),
      }
    : { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
