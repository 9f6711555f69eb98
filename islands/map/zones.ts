/** Protection zones along lines: an area by voltage, thicker where the voltage is higher, named under the pointer. */
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import type { ExpressionSpecification, LayerSpecification, Map as MapLibreMap } from "maplibre-gl";

export interface ZoneProperties {
  id: string;
  name: string;
  voltage_kv: number;
  laid: string;
  width_m: number;
}
export type Zones = FeatureCollection<Polygon | MultiPolygon, ZoneProperties>;
export interface ZoneData {
  url: string;
  /** What is said of a zone, with {name}, {kv} and {m}. */
  words: string;
  /** Rising classes of voltage: up to `kv_most`. */
  legend: { kv_most: number; text: string }[];
}

/** From the lowest class to the highest; a fifth one is drawn as the fourth. */
export const COLOURS = ["#2b7a4b", "#0a4d87", "#7a3e9d", "#8f1d1d"] as const;
const WIDTHS = [1, 1.6, 2.2, 2.8] as const;
const last = <T>(values: readonly T[]): T => values[values.length - 1] as T;

/** The value of the class a voltage belongs to: the first whose limit it does not exceed. */
export function byClass<T>(legend: ZoneData["legend"], values: readonly T[]): ExpressionSpecification {
  const steps = legend.slice(0, -1).flatMap(({ kv_most }, at) => [["<=", ["get", "voltage_kv"], kv_most], values[Math.min(at, values.length - 1)]]);
  const top = values[Math.min(legend.length, values.length) - 1] ?? last(values);
  return (steps.length ? ["case", ...steps, top] : top) as ExpressionSpecification;
}

export async function loadZones(url: string): Promise<Zones> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as Zones;
}

export function zoneLayers({ legend }: ZoneData): LayerSpecification[] {
  const colour = byClass(legend, COLOURS);
  return [
    { id: "zones", type: "fill", source: "zones", paint: { "fill-color": colour, "fill-opacity": 0.3 } },
    { id: "zone-borders", type: "line", source: "zones", paint: { "line-color": colour, "line-width": byClass(legend, WIDTHS) } },
  ];
}

export function zoneWords({ words }: ZoneData, { name, voltage_kv, width_m }: ZoneProperties): string {
  return words.replace("{name}", name).replace("{kv}", String(voltage_kv)).replace("{m}", String(width_m));
}

/** Under the points, so that a hazard is never hidden by the zone that it lies in. */
export function addZones(map: MapLibreMap, element: HTMLElement, data: ZoneData, zones: Zones, status: HTMLElement): void {
  map.addSource("zones", { type: "geojson", data: zones, tolerance: 0.1 });
  for (const layer of zoneLayers(data)) map.addLayer(layer, "points");
  element.querySelector(".island-stage")?.append(zoneLegend(data));
  element.dataset.zones = String(zones.features.length);
  map.on("mousemove", "zones", ({ features, point }) => {
    const zone = features?.[0]?.properties as ZoneProperties | undefined;
    if (zone && map.queryRenderedFeatures(point, { layers: ["points"] }).length === 0) status.textContent = zoneWords(data, zone);
  });
}

function zoneLegend({ legend }: ZoneData): HTMLElement {
  const key = document.createElement("dl");
  key.className = "map-legend";
  legend.forEach(({ text }, at) => {
    const row = document.createElement("dd");
    const swatch = document.createElement("i");
    swatch.style.backgroundColor = COLOURS[Math.min(at, COLOURS.length - 1)] ?? last(COLOURS);
    row.append(swatch, text);
    key.append(row);
  });
  return key;
}
