/** A published process with the live tokens of one case or of many. Data: see README.md beside this file. */
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { stage, type Leave } from "../island";
import "./process_viewer.css";
import { badge, drawing, merged, type ProcessData } from "./tokens";

interface Canvas {
  zoom(level: "fit-viewport", centre: "auto"): void;
  addMarker(element: string, name: string): void;
}
interface Overlays {
  add(element: string, kind: string, overlay: { position: { top: number; right: number }; html: HTMLElement }): string;
}
interface Elements {
  get(id: string): unknown;
}

export async function mount(element: HTMLElement, data: ProcessData): Promise<Leave> {
  const xml = await drawing(data);
  const viewer = new NavigatedViewer({ container: stage(element, data.title) });
  await viewer.importXML(xml);
  const canvas = viewer.get<Canvas>("canvas");
  const overlays = viewer.get<Overlays>("overlays");
  const elements = viewer.get<Elements>("elementRegistry");
  const missing = new Set<string>();
  const here = (id: string) => Boolean(elements.get(id)) || !missing.add(id);
  for (const id of (data.done ?? []).filter(here)) canvas.addMarker(id, "is-done");
  for (const token of merged(data.tokens ?? []).filter((one) => here(one.element))) {
    canvas.addMarker(token.element, token.late > 0 ? "is-late" : "is-here");
    overlays.add(token.element, "token", { position: { top: -14, right: 14 }, html: badge(token) });
  }
  // A token on a step that this drawing lacks is a fault of the caller; the rest is shown.
  if (missing.size > 0) element.dataset.islandMissing = [...missing].join(" ");
  fit(element, canvas);
  return () => viewer.destroy();
}

function fit(element: HTMLElement, canvas: Canvas): void {
  canvas.zoom("fit-viewport", "auto");
  // In a closed <details> the drawing has no size; fit it once more when it gets one.
  element.closest("details")?.addEventListener("toggle", () => canvas.zoom("fit-viewport", "auto"));
}
