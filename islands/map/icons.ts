/** The shapes by which a district's state is told apart without colour, as pixels: no sprite server. Pure. */
export type Shape = "square" | "diamond" | "half" | "triangle" | "up" | "down" | "cross" | "ring" | "disc";

export interface Icon {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}
type Inside = (x: number, y: number) => boolean;

/** Pixels of an icon; drawn at half size, so that it is sharp on a phone. */
export const SIZE = 40;
const EDGE = 0.2;
/** Points tried within a pixel, each way: soft edges. */
const FINE = 3;

/** Is a point (-1 .. 1 each way, y down) inside the shape when it is `grown` larger? */
export const SHAPES: Record<Shape, (grown: number) => Inside> = {
  square: (grown) => (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.6 + grown,
  diamond: (grown) => (x, y) => Math.abs(x) + Math.abs(y) <= 0.75 + grown * 1.2,
  half: (grown) => (x, y) => Math.hypot(x, y) <= 0.65 + grown,
  triangle: (grown) => (x, y) => y <= 0.6 + grown && y >= 2 * Math.abs(x) - 0.75 - grown * 2,
  up: (grown) => (x, y) => y <= 0.6 + grown && y >= 2 * Math.abs(x) - 0.75 - grown * 2,
  down: (grown) => (x, y) => -y <= 0.6 + grown && -y >= 2 * Math.abs(x) - 0.75 - grown * 2,
  cross: (grown) => (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.6 + grown && Math.min(Math.abs(x - y), Math.abs(x + y)) <= 0.26 + grown,
  ring: (grown) => (x, y) => Math.hypot(x, y) <= 0.42 + grown,
  disc: (grown) => (x, y) => Math.hypot(x, y) <= 0.32 + grown * 0.6,
};
/** Shapes that are drawn as their outline. */
const HOLLOW: ReadonlySet<Shape> = new Set(["triangle", "ring"]);

/** The shape in a colour (`#rrggbb`) with a white rim; `half` is filled on its left, `triangle` and `ring` are hollow. */
export function icon(shape: Shape, colour: string): Icon {
  const data = new Uint8ClampedArray(SIZE * SIZE * 4);
  const ink = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const [rim, body, hole] = [SHAPES[shape](EDGE), SHAPES[shape](0), SHAPES[shape](-0.28)];
  const isInk: Inside = (x, y) => body(x, y) && !(HOLLOW.has(shape) && hole(x, y)) && !(shape === "half" && x > 0 && hole(x, y));
  for (let at = 0; at < SIZE * SIZE; at += 1) {
    const [covered, inked] = pixel(at % SIZE, Math.floor(at / SIZE), rim, isInk);
    for (const channel of [0, 1, 2]) data[at * 4 + channel] = 255 - (255 - (ink[channel] ?? 0)) * (covered ? inked / covered : 0);
    data[at * 4 + 3] = 255 * covered;
  }
  return { width: SIZE, height: SIZE, data };
}

/** How much of a pixel is covered at all, and by ink. */
function pixel(column: number, row: number, rim: Inside, isInk: Inside): [number, number] {
  let covered = 0;
  let inked = 0;
  for (let at = 0; at < FINE * FINE; at += 1) {
    const x = ((column + ((at % FINE) + 0.5) / FINE) / SIZE) * 2 - 1;
    const y = ((row + (Math.floor(at / FINE) + 0.5) / FINE) / SIZE) * 2 - 1;
    if (rim(x, y)) covered += 1;
    if (isInk(x, y)) inked += 1;
  }
  return [covered / FINE ** 2, inked / FINE ** 2];
}
