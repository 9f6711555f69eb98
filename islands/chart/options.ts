/** From the page's data to ECharts' options: pure, so that it can be tested without drawing. */
export interface ChartSeries {
  name: string;
  values: (number | null)[];
  tone?: string;
}

export interface ChartData {
  kind: "bar" | "line" | "stacked";
  title?: string;
  categories: string[];
  series: ChartSeries[];
  unit?: string;
  horizontal?: boolean;
  norm?: { name: string; value: number };
  description?: string;
}

export interface Look {
  colour: (tone: string | undefined, index: number) => string;
  text: string;
  line: string;
  font: string;
  /** Pixels there are; unknown before the page is laid out. */
  width?: number;
}

/** All faults of the data at once; empty when it can be drawn. */
export function faults(data: ChartData): string[] {
  if (!Array.isArray(data.categories) || !Array.isArray(data.series)) return ["no categories or no series"];
  const found: string[] = [];
  if (!["bar", "line", "stacked"].includes(data.kind)) found.push(`kind ${data.kind}: say bar, line, stacked or curve`);
  for (const series of data.series) {
    if (series.values.length !== data.categories.length) {
      found.push(`series ${series.name}: ${series.values.length} values for ${data.categories.length} categories`);
    }
  }
  return found;
}

/** Options for `echarts.setOption`. No animation (it is printed), no HTML tooltip (its inline style meets the CSP). */
export function options(data: ChartData, look: Look): Record<string, unknown> {
  const label = { color: look.text, fontFamily: look.font };
  const categories = {
    type: "category",
    data: data.categories,
    inverse: data.horizontal ?? false,
    axisLabel: { ...label, hideOverlap: true },
    axisLine: { lineStyle: { color: look.line } },
  };
  const values = {
    type: "value",
    name: data.unit ?? "",
    nameTextStyle: label,
    axisLabel: label,
    splitLine: { lineStyle: { color: look.line } },
    // A norm above all values is still on the paper.
    ...(data.norm ? { max: ({ max }: { max: number }) => Math.max(max, data.norm?.value ?? max) } : {}),
  };
  return {
    animation: false,
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true, decal: { show: data.series.length > 1 }, label: { enabled: false } },
    grid: { left: 8, right: 24, top: data.series.length > 1 ? 48 : 32, bottom: 8, containLabel: true },
    legend: { show: data.series.length > 1, top: 0, left: 0, textStyle: label },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: { fontFamily: look.font } },
    xAxis: data.horizontal ? values : categories,
    yAxis: data.horizontal ? categories : values,
    series: data.series.map((series, index) => drawn(data, series, index, look)),
  };
}

function drawn(data: ChartData, series: ChartSeries, index: number, look: Look): Record<string, unknown> {
  const colour = look.colour(series.tone, index);
  const base = { name: series.name, data: series.values, itemStyle: { color: colour }, markLine: norm(data, index, look) };
  if (data.kind === "line") {
    return { ...base, type: "line", symbol: "circle", symbolSize: 6, lineStyle: { color: colour, width: 2 }, connectNulls: false };
  }
  return { ...base, type: "bar", barMaxWidth: 36, ...(data.kind === "stacked" ? { stack: "all" } : {}) };
}

/** The norm's line is drawn once, with the first series. */
function norm(data: ChartData, index: number, look: Look): Record<string, unknown> | undefined {
  if (!data.norm || index > 0) return undefined;
  const at = data.horizontal ? { xAxis: data.norm.value } : { yAxis: data.norm.value };
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: look.text, type: "dashed" },
    label: { formatter: `${data.norm.name} ${data.norm.value}`, color: look.text, position: "insideEndTop" },
    data: [at],
  };
}
