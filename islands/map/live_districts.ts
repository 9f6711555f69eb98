/** The districts on the map: drawn once, told anew whenever the page hears of another state. */
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { toneColour } from "../island";
import { counts, ground, href, layers, loadStill, SHAPE_OF, told, words, type DistrictData, type States, type Still } from "./districts";
import { icon } from "./icons";

const LAYERS = ["told", "districts"];
/** A finger is not a needle: districts this near to a click are meant, the one told by a shape first. */
const NEAR_PX = 8;

const COLOURS: Record<string, [tone: "dark" | "due" | "overdue" | "restored" | "brand", own: string | undefined]> = {
  dark: ["dark", undefined],
  planned: ["brand", "#0a4d87"],
  part: ["dark", undefined],
  silent: ["due", undefined],
  high: ["overdue", undefined],
  negative: ["due", undefined],
  not_computable: ["dark", undefined],
  normal: ["brand", undefined],
  economic: ["brand", undefined],
};

export { loadStill };

/** Add the districts; returns what stops listening. */
export function addDistricts(map: MapLibreMap, element: HTMLElement, data: DistrictData, still: Still, status: HTMLElement): () => void {
  let states = data.states;
  const left = new AbortController();
  for (const { tone } of data.legend) {
    const [named, own] = COLOURS[tone] ?? ["dark", undefined];
    map.addImage(`state-${tone}`, icon(SHAPE_OF[tone] ?? "square", own ?? hex(toneColour(element, named))), { pixelRatio: 2 });
  }
  map.addSource("districts", { type: "geojson", data: ground(still) });
  map.addSource("told", { type: "geojson", data: told(still, states) });
  for (const layer of layers("#5d8f74", data.legend.map(({ state, tone }) => [state, `state-${tone}`]))) map.addLayer(layer);
  const key = document.createElement("dl");
  key.className = "map-legend map-legend--states";
  element.querySelector(".island-stage")?.append(key);
  legend(key, still, states, data);
  const under = (point: { x: number; y: number }): number | undefined => {
    const box: [[number, number], [number, number]] = [[point.x - NEAR_PX, point.y - NEAR_PX], [point.x + NEAR_PX, point.y + NEAR_PX]];
    const hit = map.queryRenderedFeatures(box, { layers: LAYERS })[0];
    return hit ? Number(hit.properties.at) : undefined;
  };
  map.on("mousemove", ({ point }) => {
    const at = under(point);
    status.textContent = at === undefined ? "" : words(still, states, at, data);
    map.getCanvas().style.cursor = at === undefined ? "" : "pointer";
  });
  map.on("click", ({ point }) => {
    const at = under(point);
    if (at !== undefined) location.assign(href(still, states, at, data));
  });
  const hear = (event: Event) => {
    const heard = (event as CustomEvent<{ states?: States }>).detail.states;
    if (!heard) return;
    // Another set of districts than the one drawn: the page is from before they were changed.
    if (heard.still !== still.mark) return location.reload();
    states = heard;
    void (map.getSource("told") as GeoJSONSource).setData(told(still, states));
    legend(key, still, states, data);
    element.dataset.told = String(states.changed.length);
  };
  document.addEventListener("live:data", hear, { signal: left.signal });
  element.dataset.told = String(states.changed.length);
  return () => left.abort();
}

function legend(key: HTMLElement, still: Still, states: States, data: DistrictData): void {
  const rows = counts(still, states, data).map(({ row, count }) => {
    const made = document.createElement("dd");
    const glyph = document.createElement("i");
    glyph.className = `map-glyph map-glyph--${row?.tone ?? "lit"}`;
    glyph.textContent = row?.glyph ?? "•";
    made.append(glyph, `${row?.text ?? data.lit} ${count.toLocaleString("en")}`);
    return made;
  });
  key.replaceChildren(...rows);
}

/** `#rgb` as `#rrggbb`; what is no such colour is the darkest ink. */
function hex(colour: string): string {
  if (/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  return short ? `#${short.slice(1).map((one) => one + one).join("")}` : "#23262b";
}
