import { expect, it } from "vitest";
import { faults, options, type ChartData, type Look } from "./options";

const look: Look = { colour: (tone, index) => tone ?? `series-${index}`, text: "#111", line: "#ccc", font: "serif" };
const data: ChartData = {
  kind: "stacked",
  categories: ["甲站", "乙站"],
  unit: "件",
  series: [
    { name: "按时", values: [3, 4], tone: "ok" },
    { name: "超时", values: [1, null] },
  ],
  norm: { name: "目标", value: 5 },
};

interface Drawn {
  animation: boolean;
  tooltip: { renderMode: string };
  xAxis: { type: string };
  yAxis: { type: string; name?: string; max?: (extent: { max: number }) => number };
  legend: { show: boolean };
  series: { type: string; stack?: string; data: unknown[]; itemStyle: { color: string }; markLine?: { data: unknown[] } }[];
}
const drawn = (changes: Partial<ChartData> = {}) => options({ ...data, ...changes }, look) as unknown as Drawn;

it("stacks bars, colours them by tone and keeps what is not known empty", () => {
  const { series, yAxis, legend } = drawn();
  expect(series.map((one) => [one.type, one.stack, one.itemStyle.color])).toEqual([
    ["bar", "all", "ok"],
    ["bar", "all", "series-1"],
  ]);
  expect(series[1]?.data).toEqual([1, null]);
  expect(yAxis.name).toBe("件");
  expect(legend.show).toBe(true);
});

it("draws the norm once, on the axis of values", () => {
  expect(drawn().series.map((one) => one.markLine?.data)).toEqual([[{ yAxis: 5 }], undefined]);
  const sideways = drawn({ horizontal: true });
  expect(sideways.series[0]?.markLine?.data).toEqual([{ xAxis: 5 }]);
  expect([sideways.xAxis.type, sideways.yAxis.type]).toEqual(["value", "category"]);
});

it("keeps a norm above all values on the paper", () => {
  expect(drawn().yAxis.max?.({ max: 4 })).toBe(5);
  expect(drawn().yAxis.max?.({ max: 9 })).toBe(9);
  expect(options({ kind: "bar", categories: [], series: [] }, look)).not.toHaveProperty("yAxis.max");
});

it("neither moves nor puts HTML into the page", () => {
  expect(drawn({ kind: "line" }).animation).toBe(false);
  expect(drawn().tooltip.renderMode).toBe("richText");
});

it("lists every fault of its data", () => {
  const wrong = { ...data, kind: "pie", categories: ["甲站"] } as unknown as ChartData;
  expect(faults(wrong)).toEqual([
    "kind pie: say bar, line, stacked or curve",
    "series 按时: 2 values for 1 categories",
    "series 超时: 2 values for 1 categories",
  ]);
  expect(faults(data)).toEqual([]);
  expect(faults({} as ChartData)).toEqual(["no categories or no series"]);
});
