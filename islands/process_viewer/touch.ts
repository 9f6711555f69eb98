/** Fingers on a drawing: one that moves sideways pushes it, two zoom it; one that moves up or down scrolls the page. */
export interface Hand {
  push(dx: number, dy: number): void;
  pinch(factor: number, x: number, y: number): void;
}

interface Grip {
  x: number;
  y: number;
  span: number;
}

/** Where the fingers are in the middle, and how far they are apart. */
export function grip(touches: ArrayLike<{ clientX: number; clientY: number }>): Grip {
  const all = Array.from(touches).slice(0, 2);
  const x = all.reduce((sum, touch) => sum + touch.clientX, 0) / all.length;
  const y = all.reduce((sum, touch) => sum + touch.clientY, 0) / all.length;
  const [first, second] = all;
  const span = first && second ? Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY) : 0;
  return { x, y, span };
}

/** Listen to touches on `element`; what it does with them is `hand`'s. */
export function listen(element: HTMLElement, hand: Hand): void {
  let last: Grip | undefined;
  let ours = false;
  const begin = (event: TouchEvent) => {
    last = event.touches.length > 0 ? grip(event.touches) : undefined;
    ours = event.touches.length > 1;
  };
  element.addEventListener("touchstart", begin, { passive: true });
  element.addEventListener("touchend", begin, { passive: true });
  element.addEventListener("touchcancel", begin, { passive: true });
  element.addEventListener(
    "touchmove",
    (event) => {
      if (!last) return;
      const next = grip(event.touches);
      const [dx, dy] = [next.x - last.x, next.y - last.y];
      ours ||= Math.abs(dx) > Math.abs(dy);
      // Somebody who scrolls the page past the drawing is not to be held up by it.
      if (!ours || !event.cancelable) return;
      event.preventDefault();
      hand.push(dx, dy);
      if (last.span > 0 && next.span > 0) hand.pinch(next.span / last.span, next.x, next.y);
      last = next;
    },
    { passive: false },
  );
}
