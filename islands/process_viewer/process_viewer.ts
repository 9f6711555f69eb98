/** A published process with the live tokens of one case or of many. Data: see README.md beside this file. */
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { pageTexts, stage, type Leave } from "../island";
import { controls } from "./controls";
import "./process_viewer.css";
import { badge, drawing, focus, merged, type ProcessData } from "./tokens";
import { listen } from "./touch";
import { firstView, wholeView, zoomed, type Box } from "./view";

interface Canvas {
  viewbox(): Box & { scale: number; inner: Box; outer: { width: number; height: number } };
  viewbox(box: Box): void;
  scroll(by: { dx: number; dy: number }): void;
  resized(): void;
  addMarker(element: string, name: string): void;
}
interface Overlays {
  add(element: string, kind: string, overlay: { position: { top: number; right: number }; html: HTMLElement }): string;
}
interface Elements {
  get(id: string): Box | undefined;
}

/** A press of a zoom button. */
const ZOOM_STEP = 1.4;

export async function mount(element: HTMLElement, data: ProcessData): Promise<Leave> {
  const xml = await drawing(data);
  const drawn = stage(element, data.title);
  const viewer = new NavigatedViewer({ container: drawn });
  await viewer.importXML(xml);
  const canvas = viewer.get<Canvas>("canvas");
  const overlays = viewer.get<Overlays>("overlays");
  const elements = viewer.get<Elements>("elementRegistry");
  const missing = new Set<string>();
  const here = (id: string) => Boolean(elements.get(id)) || !missing.add(id);
  for (const id of (data.done ?? []).filter(here)) canvas.addMarker(id, "is-done");
  const tokens = merged(data.tokens ?? []).filter((one) => here(one.element));
  for (const token of tokens) {
    canvas.addMarker(token.element, token.late > 0 ? "is-late" : "is-here");
    overlays.add(token.element, "token", { position: { top: -14, right: 14 }, html: badge(token) });
  }
  // A token on a step that this drawing lacks is a fault of the caller; the rest is shown.
  if (missing.size > 0) element.dataset.islandMissing = [...missing].join(" ");
  const leave = look(drawn, canvas, elements.get(focus(tokens) ?? ""));
  return () => {
    leave();
    viewer.destroy();
  };
}

/** Show the right part, give the hands their controls, and show it anew when the drawing gets another size. */
function look(drawn: HTMLElement, canvas: Canvas, at: Box | undefined): Leave {
  const window = () => canvas.viewbox().outer;
  const first = () => {
    // In a closed <details> the drawing has no size; it is shown when it gets one.
    if (window().width > 0) canvas.viewbox(firstView(canvas.viewbox().inner, window(), at));
  };
  const zoom = (factor: number, about?: { x: number; y: number }) => {
    const { x, y, width, height, scale } = canvas.viewbox();
    canvas.viewbox(zoomed({ x, y, width, height }, scale, factor, about ?? { x: x + width / 2, y: y + height / 2 }));
  };
  listen(drawn, {
    push: (dx, dy) => canvas.scroll({ dx, dy }),
    pinch: (factor, clientX, clientY) => {
      const [edge, box] = [drawn.getBoundingClientRect(), canvas.viewbox()];
      zoom(factor, { x: box.x + (clientX - edge.left) / box.scale, y: box.y + (clientY - edge.top) / box.scale });
    },
  });
  const texts = pageTexts();
  drawn.append(
    controls([
      { sign: "+", name: texts["NavigationControl.ZoomIn"] ?? "+", press: () => zoom(ZOOM_STEP) },
      { sign: "−", name: texts["NavigationControl.ZoomOut"] ?? "−", press: () => zoom(1 / ZOOM_STEP) },
      { sign: "▣", name: texts["Process.Whole"] ?? "▣", press: () => canvas.viewbox(wholeView(canvas.viewbox().inner, window())) },
      ...(at ? [{ sign: "◎", name: texts["Process.Here"] ?? "◎", press: first }] : []),
    ]),
  );
  const sizes = new ResizeObserver(() => {
    canvas.resized();
    first();
  });
  sizes.observe(drawn);
  first();
  return () => sizes.disconnect();
}
