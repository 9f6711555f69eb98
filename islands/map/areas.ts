/** Outages as areas: a tone and a glyph each, renewed whenever the page hears of others. */
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { toneColour, type Leave } from "../island";
import { write, type Label } from "./labels";
import { bounds, labelBox, type Bounds } from "./layers";

export interface AreaProperties {
  id: string;
  name: string;
  planned: boolean;
  href: string;
}
export type Areas = FeatureCollection<Polygon | MultiPolygon, AreaProperties>;
export interface AreaData {
  shown: Areas;
  legend: { planned: boolean; glyph: string; text: string }[];
}
const PLANNED = "#0a4d87";

/** The names, each with the glyph of its kind. */
export function areaLabels({ features }: Areas, data: AreaData): Label[] {
  return features.flatMap((feature) => {
    const box = labelBox(feature);
    const glyph = data.legend.find((row) => row.planned === feature.properties.planned)?.glyph ?? "";
    return box ? [{ text: `${glyph} ${feature.properties.name}`.trim(), at: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] as [number, number] }] : [];
  });
}

/** The box around all areas, with room around it; undefined without any. */
export function areaBounds(areas: Areas): Bounds | undefined {
  const box = bounds(areas);
  if (!box) return undefined;
  const room = Math.max(0.02, (box[2] - box[0]) * 0.2, (box[3] - box[1]) * 0.2);
  return [box[0] - room, box[1] - room, box[2] + room, box[3] + room];
}

/** Add the areas; returns what stops listening. */
export function addAreas(map: MapLibreMap, element: HTMLElement, data: AreaData): Leave {
  const left = new AbortController();
  const dark = toneColour(element, "dark");
  map.addSource("areas", { type: "geojson", data: data.shown });
  const colour = ["case", ["get", "planned"], PLANNED, dark] as never;
  map.addLayer({ id: "areas", type: "fill", source: "areas", paint: { "fill-color": colour, "fill-opacity": 0.45 } });
  map.addLayer({ id: "area-borders", type: "line", source: "areas", paint: { "line-color": colour, "line-width": 2 } });
  let names = write(map, areaLabels(data.shown, data));
  element.querySelector(".island-stage")?.append(legend(data));
  element.dataset.areas = String(data.shown.features.length);
  map.on("click", "areas", ({ features }) => {
    const href = (features?.[0]?.properties as AreaProperties | undefined)?.href;
    if (href) location.assign(href);
  });
  const hear = (event: Event) => {
    const { areas } = (event as CustomEvent<{ areas?: Areas }>).detail;
    if (!areas) return;
    void (map.getSource("areas") as GeoJSONSource).setData(areas);
    names();
    names = write(map, areaLabels(areas, data));
    element.dataset.areas = String(areas.features.length);
  };
  document.addEventListener("live:data", hear, { signal: left.signal });
  return () => left.abort();
}

function legend(data: AreaData): HTMLElement {
  const key = document.createElement("dl");
  key.className = "map-legend map-legend--states";
  for (const { planned, glyph, text } of data.legend) {
    const row = document.createElement("dd");
    const mark = document.createElement("i");
    mark.className = `map-glyph map-glyph--${planned ? "planned" : "dark"}`;
    mark.textContent = glyph;
    row.append(mark, text);
    key.append(row);
  }
  return key;
}
