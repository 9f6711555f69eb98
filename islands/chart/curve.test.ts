import { expect, it } from "vitest";
import { corners, curveFaults, curveOptions, outside, told, type CurveData } from "./curve";
import type { Look } from "./options";

const look: Look = { colour: (tone, index) => tone ?? `series-${index}`, text: "#111", line: "#ccc", font: "serif" };
const day: CurveData = {
  kind: "curve",
  unit: "kWh",
  edges: ["00:00", "00:15", "00:30", "00:45", "24:00"],
  ticks: [0, 4],
  series: [
    { name: "供入", values: [4, null, 5, 6], tone: "brand" },
    { name: "用电", values: [3, 3, 4.5, null], dash: "dashed" },
  ],
  gaps: { name: "无读数", spans: [[1, 1], [3, 3]] },
  bands: [{ name: "高损 ≥", from: 7, tone: "overdue" }, { name: "负损 ≤", to: -1 }],
};
interface Drawn {
  animation: boolean;
  xAxis: { min: number; max: number; axisLabel: { formatter: (at: number) => string } };
  series: {
    data: [number, number | null][];
    connectNulls: boolean;
    smooth?: unknown;
    lineStyle: { type: string };
    markArea?: { data: unknown[] };
    markLine?: { data: { yAxis: number; label: { formatter: string } }[] };
  }[];
}
const drawn = () => curveOptions(day, look) as unknown as Drawn;

it("draws a value over the whole of its interval, and nothing where there is none", () => {
  expect(corners([4, null, 5])).toEqual([[0, 4], [1, 4], [1, null], [2, 5], [3, 5]]);
  const [first, second] = drawn().series;
  expect([first?.connectNulls, first?.smooth]).toEqual([false, undefined]);
  expect([first?.lineStyle.type, second?.lineStyle.type]).toEqual(["solid", "dashed"]);
});

it("marks each gap from its begin to its end, once", () => {
  const [first, second] = drawn().series;
  expect(first?.markArea?.data).toEqual([[{ xAxis: 1 }, { xAxis: 2 }], [{ xAxis: 3 }, { xAxis: 4 }]]);
  expect(second?.markArea).toBeUndefined();
});

it("keeps the limits of the bands on the paper, with their names", () => {
  const { series } = drawn();
  expect(series[0]?.markLine?.data.map(({ yAxis: at, label }) => [at, label.formatter])).toEqual([[7, "高损 ≥ 7"], [-1, "负损 ≤ -1"]]);
  expect(series[2]?.data.map(([, value]) => Math.round((value ?? 0) * 100) / 100)).toEqual([0, 7.35, -1.05]);
  const free = curveOptions({ ...day, zero: false, bands: [] }, look) as unknown as Drawn;
  expect(free.series[2]?.data).toEqual([]);
});

it("cuts what lies far beyond its window, and marks it at the edge", () => {
  const far: CurveData = { ...day, series: [{ name: "率", values: [2, -900, null, 50] }], window: [-30, 30] };
  expect(outside(far)).toEqual([[1.5, -30], [3.5, 30]]);
  const made = curveOptions(far, look) as { yAxis: { min?: number }; series: { data: { symbolRotate?: number }[] }[] };
  expect(made.yAxis.min).toBe(-30);
  expect(made.series.at(-1)?.data.map((one) => one.symbolRotate)).toEqual([180, 0]);
  expect(told(far, 1)).toContain("-900 kWh");
  const near = curveOptions({ ...far, series: [{ name: "率", values: [2, 3, null, 5] }] }, look);
  expect(near).not.toHaveProperty("yAxis.min");
});

it("says the interval and the values with their unit, also that there is none", () => {
  expect(told(day, 1.7)).toBe("00:15 – 00:30\n供入  无读数\n用电  3 kWh");
  expect(told(day, 99)).toBe("00:45 – 24:00\n供入  6 kWh\n用电  无读数");
  expect(drawn().xAxis.axisLabel.formatter(4)).toBe("24:00");
});

it("does not move, and lists every fault of its data", () => {
  expect(drawn().animation).toBe(false);
  const wrong: CurveData = { ...day, edges: ["00:00", "00:15"], gaps: { name: "", spans: [[0, 3]] } };
  expect(curveFaults(wrong)).toEqual([
    "series 供入: 4 values for 1 intervals",
    "series 用电: 4 values for 1 intervals",
    "gap 0-3: not within 1 intervals",
  ]);
  expect(curveFaults(day)).toEqual([]);
  expect(curveFaults({} as CurveData)).toEqual(["no edges or no series"]);
});
