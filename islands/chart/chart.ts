/** Bars, lines and stacked bars as SVG, from numbers that stand in the page. Data: see README.md beside this file. */
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { stage, styleValue, toneColour, type Leave } from "../island";
import "./chart.css";
import { faults, options, type ChartData, type Look } from "./options";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const SERIES_TONES = ["brand", "restored", "due", "none", "overdue", "dark", "ok"];

export function mount(element: HTMLElement, data: ChartData): Leave {
  const found = faults(data);
  if (found.length > 0) throw new Error(found.join("; "));
  const drawn = stage(element, undefined);
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", data.description ?? data.title ?? data.series.map((series) => series.name).join(", "));
  const chart = init(drawn, null, { renderer: "svg" });
  chart.setOption(options(data, look(element)));
  const fit = () => chart.resize();
  const watch = new ResizeObserver(fit);
  watch.observe(drawn);
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
    font: getComputedStyle(element).fontFamily || "sans-serif",
  };
}
