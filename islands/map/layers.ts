/** From the page's data to a MapLibre style without any tile, glyph or sprite server. Pure. */
import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon, Position } from "geojson";
import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import type { AreaData } from "./areas";
import type { DistrictData } from "./districts";
import type { ZoneData } from "./zones";

export interface Properties {
  id: string;
  name: string;
  value?: number | null;
  tone?: string;
  href?: string;
  label?: string;
}
export type Cells = FeatureCollection<Polygon | MultiPolygon, Properties>;
export type Points = FeatureCollection<Point, Properties>;
export type Bounds = [west: number, south: number, east: number, north: number];

export interface MapData {
  title?: string;
  cells?: Cells;
  cells_url?: string;
  points?: Points;
  bounds?: Bounds;
  scale?: { title: string; unit?: string; limits: number[]; unknown?: string };
  texts?: Record<string, string>;
  districts?: DistrictData;
  areas?: AreaData;
  zones?: ZoneData;
}

/** From light to the brand's green, one more than a scale has limits at most. */
export const STEPS = ["#eef5f0", "#cfe5d6", "#a3cdb1", "#6fae86", "#3f8a5d", "#1d6339", "#0d3d21"];
export const UNKNOWN = "#e5e7e6";
const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** The colour of a value: the step below whose limit it stays (`limits` rise; a value on a limit is in the upper step). */
export function step(value: number | null | undefined, limits: number[]): string {
  if (value === null || value === undefined || Number.isNaN(value)) return UNKNOWN;
  const at = limits.filter((limit) => value >= limit).length;
  const spread = limits.length > 0 ? (at * (STEPS.length - 1)) / limits.length : 0;
  return STEPS[Math.round(spread)] ?? UNKNOWN;
}

/** Each feature with the `colour` it is drawn in: by its tone, else by its value, else `plain`. */
export function coloured<F extends FeatureCollection<Polygon | MultiPolygon | Point, Properties>>(
  features: F,
  limits: number[] | undefined,
  toneColour: (tone: string) => string,
  plain: string,
): F {
  const paint = ({ tone, value }: Properties) =>
    tone ? toneColour(tone) : limits ? step(value, limits) : plain;
  const painted = features.features.map((one) => ({ ...one, properties: { ...one.properties, colour: paint(one.properties) } }));
  return { ...features, features: painted } as F;
}

/** The whole style: background, cells with borders, points. */
export function style(cells: Cells | undefined, points: Points | undefined, look: { ground: string; border: string }): StyleSpecification {
  const colour: ExpressionSpecification = ["get", "colour"];
  const under: ExpressionSpecification = ["boolean", ["feature-state", "under"], false];
  return {
    version: 8,
    sources: {
      cells: { type: "geojson", data: cells ?? NOTHING, promoteId: "id" },
      points: { type: "geojson", data: points ?? NOTHING, promoteId: "id" },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": look.ground } },
      { id: "cells", type: "fill", source: "cells", paint: { "fill-color": colour } },
      {
        id: "borders",
        type: "line",
        source: "cells",
        paint: { "line-color": look.border, "line-width": ["case", under, 3, 1] },
      },
      {
        id: "points",
        type: "circle",
        source: "points",
        paint: {
          "circle-color": colour,
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 3, 12, 8],
          "circle-stroke-color": "#ffffff",
          "circle-stroke-width": ["case", under, 3, 1.5],
        },
      },
    ],
  };
}

/** The box around all features; undefined when there is none. */
export function bounds(...collections: (FeatureCollection<Polygon | MultiPolygon | Point> | undefined)[]): Bounds | undefined {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [longitude, latitude] of collections.flatMap((one) => one?.features.flatMap(positions) ?? [])) {
    box[0] = Math.min(box[0], longitude ?? Infinity);
    box[1] = Math.min(box[1], latitude ?? Infinity);
    box[2] = Math.max(box[2], longitude ?? -Infinity);
    box[3] = Math.max(box[3], latitude ?? -Infinity);
  }
  return Number.isFinite(box[0]) ? box : undefined;
}

function positions(feature: Feature<Polygon | MultiPolygon | Point>): Position[] {
  const { geometry } = feature;
  if (geometry.type === "Point") return [geometry.coordinates];
  return geometry.type === "Polygon" ? (geometry.coordinates[0] ?? []) : geometry.coordinates.flatMap((one) => one[0] ?? []);
}

/** The box of a cell's largest part: its name is written in the middle of it. */
export function labelBox({ geometry }: Feature<Polygon | MultiPolygon>): Bounds | undefined {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const area = (box: Bounds) => (box[2] - box[0]) * (box[3] - box[1]);
  return parts
    .map((coordinates) => bounds({ type: "FeatureCollection", features: [polygon(coordinates)] }))
    .filter((box) => box !== undefined)
    .sort((a, b) => area(b) - area(a))[0];
}

function polygon(coordinates: Position[][]): Feature<Polygon> {
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates } };
}
