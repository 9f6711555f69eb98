/** Thousands of districts from compact columns, and their states by colour and shape. Pure but for `fetch`. */
import type { Feature, FeatureCollection, Point } from "geojson";
import type { LayerSpecification } from "maplibre-gl";
import type { Bounds } from "./layers";
import type { Shape } from "./icons";

export interface Still {
  mark: string;
  codes: string[];
  names: string[];
  longitudes: number[];
  latitudes: number[];
  feeders: string[];
  feeder: number[];
  customers: number[];
}
export interface States {
  still: string;
  outages: string[];
  /** [place in the still columns, state, place in `outages` or -1, its figure] of every district that is not just lit. */
  changed: [place: number, state: number, outage: number, figure?: string][];
}
export interface LegendRow {
  state: number;
  tone: string;
  glyph: string;
  text: string;
}
export interface DistrictData {
  url: string;
  states: States;
  outage_href: string;
  district_href: string;
  legend: LegendRow[];
  lit: string;
  customers: string;
}
export interface DistrictProperties {
  at: number;
  state: number;
  size: number;
  rank: number;
}
export type DistrictPoints = FeatureCollection<Point, DistrictProperties>;

/** Each state of the legend has a shape of its own; an unknown one is drawn as the first. */
export const SHAPE_OF: Record<string, Shape> = {
  dark: "square", planned: "diamond", part: "half", silent: "triangle",
  high: "up", negative: "down", not_computable: "cross", normal: "ring", economic: "disc",
};
/** Drawn over the others, when they lie on each other: dark first, and of bands of loss (11 and more) the worst. */
const RANKS: Record<number, number> = { 1: 4, 3: 3, 2: 2, 4: 1, 11: 9, 12: 8, 13: 7, 14: 6, 15: 5 };
/** A district of this many customers is drawn in full size. */
const FULL_SIZE_CUSTOMERS = 400;
const SIZES = [0.65, 1.15] as const;

export async function loadStill(url: string): Promise<Still> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as Still;
}

/** Every district as a point, the quiet ground of the map. */
export function ground(still: Still): DistrictPoints {
  return collection(still.codes.map((_, at) => feature(still, at, 0)));
}

/** The districts whose state is told by a shape. */
export function told(still: Still, states: States): DistrictPoints {
  const inside = states.changed.filter(([at]) => at < still.codes.length);
  return collection(inside.map(([at, state]) => feature(still, at, state)));
}

/** The box around all districts; undefined without any. */
export function box({ longitudes, latitudes }: Still): Bounds | undefined {
  if (longitudes.length === 0) return undefined;
  const [west, east] = ends(longitudes);
  const [south, north] = ends(latitudes);
  return [west, south, east, north];
}

/** What the map says of a district: name, state, customers. */
export function words(still: Still, states: States, at: number, data: DistrictData): string {
  const [, state, , figure] = states.changed.find(([place]) => place === at) ?? [];
  const row = data.legend.find((one) => one.state === state);
  const customers = data.customers.replace("{count}", (still.customers[at] ?? 0).toLocaleString("en"));
  return `${still.names[at]} · ${row ? `${row.glyph} ${row.text}` : data.lit}${figure ? ` ${figure}` : ""} · ${customers}`;
}

/** Where a click on a district leads: to its outage, else to its line in the list. */
export function href(still: Still, states: States, at: number, data: DistrictData): string {
  const outage = states.outages[states.changed.find(([place]) => place === at)?.[2] ?? -1];
  if (outage) return data.outage_href.replace("{outage}", encodeURIComponent(outage));
  return data.district_href.replace("{code}", encodeURIComponent(still.codes[at] ?? ""));
}

/** How many districts are in each state of the legend; lit ones are the rest. */
export function counts(still: Still, states: States, data: DistrictData): { row: LegendRow | undefined; count: number }[] {
  const found = data.legend.map((row) => ({ row, count: states.changed.filter(([, state]) => state === row.state).length }));
  return [...found, { row: undefined, count: still.codes.length - found.reduce((sum, { count }) => sum + count, 0) }];
}

/** The two layers: small dots for all, shapes for those that are told. */
export function layers(lit: string, icons: [state: number, name: string][]): LayerSpecification[] {
  const size = (full: number): ["*", number, ["get", string]] => ["*", full, ["get", "size"]];
  return [
    {
      id: "districts",
      type: "circle",
      source: "districts",
      paint: {
        "circle-color": lit,
        "circle-opacity": 0.75,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 7, 1.2, 10, 2.5, 13, 5],
      },
    },
    {
      id: "told",
      type: "symbol",
      source: "told",
      layout: {
        "icon-image": ["match", ["get", "state"], ...icons.flat(), icons[0]?.[1] ?? ""] as never,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 7, size(0.55), 11, size(1), 14, size(1.4)],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["get", "rank"],
      },
    },
  ];
}

function feature(still: Still, at: number, state: number): Feature<Point, DistrictProperties> {
  const share = Math.min(1, Math.sqrt((still.customers[at] ?? 0) / FULL_SIZE_CUSTOMERS));
  const size = SIZES[0] + (SIZES[1] - SIZES[0]) * share;
  const coordinates = [still.longitudes[at] ?? 0, still.latitudes[at] ?? 0];
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates },
    properties: { at, state, size, rank: RANKS[state] ?? 0 },
  };
}

function collection(features: Feature<Point, DistrictProperties>[]): DistrictPoints {
  return { type: "FeatureCollection", features };
}

/** `Math.min(...values)` takes no more than some ten thousand. */
function ends(values: number[]): [number, number] {
  return values.reduce<[number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}
