import { describe, expect, it } from "vitest";
import { byClass, COLOURS, zoneLayers, zoneWords, type ZoneData } from "./zones";

const data: ZoneData = {
  url: "/z", words: "{name} · {kv} kV · {m} m",
  legend: [{ kv_most: 10, text: "10" }, { kv_most: 110, text: "110" }, { kv_most: 330, text: "330" }, { kv_most: 500, text: "500" }],
};

describe("zones", () => {
  it("takes the class whose limit the voltage does not exceed", () => {
    expect(byClass(data.legend, COLOURS)).toEqual([
      "case", ["<=", ["get", "voltage_kv"], 10], COLOURS[0], ["<=", ["get", "voltage_kv"], 110], COLOURS[1],
      ["<=", ["get", "voltage_kv"], 330], COLOURS[2], COLOURS[3],
    ]);
    expect(byClass(data.legend.slice(0, 1), COLOURS)).toBe(COLOURS[0]);
  });

  it("has an area and a border, so that a zone is seen from afar", () => {
    expect(zoneLayers(data).map((layer) => layer.type)).toEqual(["fill", "line"]);
  });

  it("says name, voltage and width", () => {
    expect(zoneWords(data, { id: "F1", name: "海棠101线", voltage_kv: 10, laid: "overhead", width_m: 5 })).toBe("海棠101线 · 10 kV · 5 m");
  });
});
