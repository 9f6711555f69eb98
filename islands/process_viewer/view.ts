/** Which part of a drawing is shown: pure, so that it can be tested without drawing. Lengths in the drawing's units. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Below this scale a task's name cannot be read: 12 units of type become less than 10 pixels. */
export const READABLE = 0.85;
/** One unit of the drawing is one pixel; larger only when somebody asks for it. */
const NATURAL = 1;
const SCALE_MIN = 0.1;
const SCALE_MAX = 4;
/** Free space at the ends of a long drawing. */
const EDGE = 24;
/** Free space around the whole drawing, as a part of the window. */
const MARGIN = 0.96;

/** Whole when the whole can be read, else so large that it can, with `focus` (or the drawing's beginning) in the middle. */
export function firstView(drawn: Box, window: { width: number; height: number }, focus?: Box): Box {
  const whole = fitting(drawn, window);
  if (whole >= READABLE) return around(middle(drawn), window, whole);
  const at = focus ? middle(focus) : { x: drawn.x + window.width / READABLE / 2, y: drawn.y + drawn.height / 2 };
  return within(drawn, around(at, window, READABLE));
}

/** Everything, as large as it goes. */
export function wholeView(drawn: Box, window: { width: number; height: number }): Box {
  return around(middle(drawn), window, fitting(drawn, window));
}

/** The view after zooming by `factor` about a point, which stays where it is, and moving by (dx, dy) pixels. */
export function zoomed(view: Box, scale: number, factor: number, about: { x: number; y: number }): Box {
  const next = Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale * factor));
  const ratio = scale / next;
  return {
    x: about.x - (about.x - view.x) * ratio,
    y: about.y - (about.y - view.y) * ratio,
    width: view.width * ratio,
    height: view.height * ratio,
  };
}

function fitting(drawn: Box, window: { width: number; height: number }): number {
  return Math.min(NATURAL, (MARGIN * window.width) / drawn.width, (MARGIN * window.height) / drawn.height);
}

function around(at: { x: number; y: number }, window: { width: number; height: number }, scale: number): Box {
  const [width, height] = [window.width / scale, window.height / scale];
  return { x: at.x - width / 2, y: at.y - height / 2, width, height };
}

/** Moved so that no more empty space is shown than there must be. */
function within(tight: Box, view: Box): Box {
  const drawn = { x: tight.x - EDGE, y: tight.y - EDGE, width: tight.width + 2 * EDGE, height: tight.height + 2 * EDGE };
  const along = (start: number, length: number, from: number, size: number) =>
    length <= size ? start + length / 2 - size / 2 : Math.min(Math.max(from, start), start + length - size);
  return {
    ...view,
    x: along(drawn.x, drawn.width, view.x, view.width),
    y: along(drawn.y, drawn.height, view.y, view.height),
  };
}

function middle(box: Box): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
