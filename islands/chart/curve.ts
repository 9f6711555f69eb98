/** Curves over intervals of time: a quantity of an interval is drawn over the whole of it, and no reading as nothing. Pure. */
import type { ChartSeries, Look } from "./options";

export interface CurveSeries extends ChartSeries {
  /** Besides the colour, so that lines are told apart on paper. */
  dash?: "solid" | "dashed" | "dotted";
  fill?: boolean;
}
export interface Gaps {
  name: string;
  /** [first, last] interval of each gap. */
  spans: [number, number][];
}
export interface Band {
  name: string;
  from?: number | null;
  to?: number | null;
  tone?: string;
}
export interface CurveData {
  kind: "curve";
  title?: string;
  unit?: string;
  /** Names of the instants between intervals: one more than each series has values. */
  edges: string[];
  /** Places in `edges` that are written on the axis. */
  ticks?: number[];
  series: CurveSeries[];
  gaps?: Gaps;
  bands?: Band[];
  /** [lowest, highest] that is drawn where values lie far beyond; those are marked at the edge. */
  window?: [number, number];
  /** false: the axis need not show 0, for shares that all lie close to 100 %. */
  zero?: boolean;
  description?: string;
}
type Point = [at: number, value: number | null];

const NARROW = 480;
/** Limits stand clear of the paper's edge, so that their names do not lie on the unit. */
const ROOM = 1.05;
const GAP_COLOUR = "#e3e6e4";

/** All faults of the data at once. */
export function curveFaults(data: CurveData): string[] {
  if (!Array.isArray(data.edges) || !Array.isArray(data.series)) return ["no edges or no series"];
  const intervals = data.edges.length - 1;
  const found = data.series
    .filter(({ values }) => values.length !== intervals)
    .map(({ name, values }) => `series ${name}: ${values.length} values for ${intervals} intervals`);
  for (const [first, last] of data.gaps?.spans ?? []) {
    if (first < 0 || last < first || last >= intervals) found.push(`gap ${first}-${last}: not within ${intervals} intervals`);
  }
  return found;
}

/** Corners of the line: each value from the begin of its interval to the end; where there is none the line is cut. */
export function corners(values: (number | null)[]): Point[] {
  return values.flatMap((value, at): Point[] => (value === null ? [[at, null]] : [[at, value], [at + 1, value]]));
}

export function curveOptions(data: CurveData, look: Look): Record<string, unknown> {
  const label = { color: look.text, fontFamily: look.font };
  const limits = (data.bands ?? []).flatMap(({ from, to }) => [from, to])
    .filter((one) => typeof one === "number")
    .map((one) => one * ROOM);
  const beyond = outside(data);
  return {
    animation: false,
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true, label: { enabled: false } },
    grid: { left: 8, right: 24, top: top(data, look), bottom: 8, containLabel: true },
    legend: { show: data.series.length > 1, data: data.series.map(({ name }) => name), top: 0, left: 0, textStyle: label, itemWidth: 32, itemStyle: { opacity: 0 } },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      textStyle: { fontFamily: look.font },
      axisPointer: { snap: false, label: { show: false } },
      formatter: (shown: unknown) => told(data, pointedAt(shown)),
    },
    xAxis: {
      type: "value",
      min: 0,
      max: data.edges.length - 1,
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: look.line } },
      axisTick: { show: true, customValues: data.ticks, lineStyle: { color: look.line } },
      axisLabel: { ...label, customValues: data.ticks, hideOverlap: true, formatter: (at: number) => data.edges[at] ?? "" },
    },
    yAxis: {
      type: "value",
      name: data.unit ?? "",
      nameTextStyle: { ...label, align: "left" },
      axisLabel: label,
      splitLine: { lineStyle: { color: look.line } },
      scale: true,
      ...(beyond.length > 0 && data.window ? { min: data.window[0], max: data.window[1] } : {}),
    },
    series: [
      ...data.series.map((series, index) => drawn(data, series, index, look)),
      reach(data.zero === false ? limits : [0, ...limits]),
      ...(beyond.length > 0 ? [edge(beyond, look)] : []),
    ],
  };
}

/** Room for the legend, which takes a second line on a phone. */
function top(data: CurveData, look: Look): number {
  if (data.series.length < 2) return 32;
  return data.series.length > 2 && (look.width ?? NARROW) < NARROW ? 80 : 56;
}

/** Places of values that the window cuts off, at its edge. */
export function outside({ series, window }: CurveData): [at: number, edge: number][] {
  if (!window) return [];
  const [lowest, highest] = window;
  return series.flatMap(({ values }) =>
    values.flatMap((value, at): [number, number][] =>
      value !== null && (value < lowest || value > highest) ? [[at + 0.5, value < lowest ? lowest : highest]] : [],
    ),
  );
}

/** An arrow at the edge for each value beyond it. */
function edge(places: [number, number][], look: Look): Record<string, unknown> {
  const highest = Math.max(...places.map(([, at]) => at));
  return {
    type: "line",
    silent: true,
    clip: false,
    data: places.map((place) => ({ value: place, symbolRotate: place[1] === highest && highest > 0 ? 0 : 180 })),
    symbol: "triangle",
    symbolSize: 7,
    itemStyle: { color: look.colour("overdue", 0) },
    lineStyle: { width: 0 },
  };
}

/** Nothing to see: what the axis has to reach besides the values, so that it still ends on round numbers. */
function reach(values: number[]): Record<string, unknown> {
  const line = { color: "transparent", width: 0 };
  return { type: "line", silent: true, symbol: "none", data: values.map((value) => [0, value]), lineStyle: line };
}

/** What a reader is told under the pointer: the interval, and every value with its unit, or that there is none. */
export function told(data: CurveData, at: number): string {
  const interval = Math.max(0, Math.min(Math.floor(at), data.edges.length - 2));
  const rows = data.series.map(({ name, values }) => {
    const value = values[interval];
    return `${name}  ${value === null || value === undefined ? (data.gaps?.name ?? "—") : `${value} ${data.unit ?? ""}`}`;
  });
  return [`${data.edges[interval]} – ${data.edges[interval + 1]}`, ...rows].join("\n");
}

function pointedAt(shown: unknown): number {
  const first = (Array.isArray(shown) ? shown[0] : shown) as { axisValue?: number } | undefined;
  return Number(first?.axisValue ?? 0);
}

function drawn(data: CurveData, series: CurveSeries, index: number, look: Look): Record<string, unknown> {
  const colour = look.colour(series.tone, index);
  return {
    name: series.name,
    type: "line",
    data: corners(series.values),
    symbol: "none",
    connectNulls: false,
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: 2, type: series.dash ?? "solid" },
    ...(series.fill ? { areaStyle: { color: colour, opacity: 0.25 } } : {}),
    ...(index === 0 ? behind(data, look) : {}),
  };
}

/** Gaps as grey stretches and bands as dashed limits with their names, once, behind the first series. */
function behind(data: CurveData, look: Look): Record<string, unknown> {
  const lines = (data.bands ?? []).flatMap(({ name, from, to, tone }) => {
    const at = from ?? to;
    if (typeof at !== "number") return [];
    const colour = look.colour(tone, 0);
    const label = { formatter: `${name} ${at}`, color: colour, position: typeof from === "number" ? "insideStartTop" : "insideStartBottom" };
    return [{ yAxis: at, lineStyle: { color: colour, type: "dashed" }, label }];
  });
  const areas = (data.gaps?.spans ?? []).map(([first, last]) => [{ xAxis: first }, { xAxis: last + 1 }]);
  return {
    markLine: { silent: true, symbol: "none", data: lines },
    markArea: { silent: true, itemStyle: { color: GAP_COLOUR, opacity: 0.8 }, data: areas },
  };
}
