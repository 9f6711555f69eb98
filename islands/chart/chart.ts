/** Bars, lines, stacked bars and curves over intervals as SVG, from numbers that stand in the page. Data: see README.md beside this file. */
import { BarChart, LineChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { stage, styleValue, toneColour, type Leave } from "../island";
import "./chart.css";
import { curveFaults, curveOptions, type CurveData } from "./curve";
import { faults, options, type ChartData, type Look } from "./options";

use([
  BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
  SVGRenderer,
]);

const SERIES_TONES = ["brand", "restored", "due", "none", "overdue", "dark", "ok"];

export function mount(element: HTMLElement, data: ChartData | CurveData): Leave {
  const found = data.kind === "curve" ? curveFaults(data) : faults(data);
  if (found.length > 0) throw new Error(found.join("; "));
  const place = stage(element, undefined);
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", data.description ?? data.title ?? data.series.map((series) => series.name).join(", "));
  const chart = init(place, null, { renderer: "svg" });
  const drawn = () => (data.kind === "curve" ? curveOptions(data, look(element)) : options(data, look(element)));
  chart.setOption(drawn());
  const fit = () => {
    chart.resize();
    chart.setOption(drawn());
  };
  const watch = new ResizeObserver(fit);
  watch.observe(place);
  // Paper has another width than the screen.
  addEventListener("beforeprint", fit);
  addEventListener("afterprint", fit);
  return () => {
    watch.disconnect();
    removeEventListener("beforeprint", fit);
    removeEventListener("afterprint", fit);
    chart.dispose();
  };
}

function look(element: HTMLElement): Look {
  return {
    colour: (tone, index) => toneColour(element, tone ?? SERIES_TONES[index % SERIES_TONES.length]),
    text: styleValue(element, "--island-text", "#1c2420"),
    line: styleValue(element, "--island-line", "#d5dbd7"),
    width: element.clientWidth,
    font: getComputedStyle(element).fontFamily || "sans-serif",
  };
}
