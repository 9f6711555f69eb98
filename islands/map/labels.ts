/** Names as HTML, so that no glyph server is needed and Chinese is set in the system's own font. */
import type { Map as MapLibreMap } from "maplibre-gl";

export interface Label {
  text: string;
  at: [longitude: number, latitude: number];
  /** West and east end of what is named: a name that is wider than its cell is not written. */
  span?: [west: number, east: number];
}
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const LABELS_MAX = 1000;
const GAP_PX = 4;

/** Which boxes can be shown without touching an earlier one: first come, first shown. No box, nothing to show. */
export function apart(boxes: (Box | undefined)[]): boolean[] {
  const kept: Box[] = [];
  return boxes.map((box) => {
    if (!box) return false;
    const free = kept.every(
      (other) =>
        box.left > other.right + GAP_PX ||
        box.right < other.left - GAP_PX ||
        box.top > other.bottom + GAP_PX ||
        box.bottom < other.top - GAP_PX,
    );
    if (free) kept.push(box);
    return free;
  });
}

/** Write the labels over the map and keep them in place as it moves; returns what takes them away. Beyond LABELS_MAX none. */
export function write(map: MapLibreMap, labels: Label[]): () => void {
  if (labels.length > LABELS_MAX) return () => {};
  const layer = document.createElement("div");
  layer.className = "map-labels";
  layer.setAttribute("aria-hidden", "true");
  const written = labels.map(({ text }) => {
    const element = document.createElement("span");
    element.textContent = text;
    layer.append(element);
    return element;
  });
  map.getCanvasContainer().append(layer);
  const sizes = written.map((element) => [element.offsetWidth, element.offsetHeight] as const);
  const place = () => {
    const boxes = labels.map(({ at, span }, index) => {
      const { x, y } = map.project(at);
      const [width, height] = sizes[index] ?? [0, 0];
      if (span && map.project([span[1], at[1]]).x - map.project([span[0], at[1]]).x < width) return undefined;
      return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
    });
    const shown = apart(boxes);
    written.forEach((element, index) => {
      const box = boxes[index];
      element.style.visibility = shown[index] ? "visible" : "hidden";
      element.style.transform = `translate(${Math.round(box?.left ?? 0)}px, ${Math.round(box?.top ?? 0)}px)`;
    });
  };
  map.on("move", place);
  map.on("resize", place);
  place();
  return () => {
    map.off("move", place);
    map.off("resize", place);
    layer.remove();
  };
}
