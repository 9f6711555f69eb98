import { describe, expect, it } from "vitest";
import { areaBounds, areaLabels, type Areas } from "./areas";
import { box, counts, ground, href, layers, SHAPE_OF, told, words, type DistrictData, type States, type Still } from "./districts";
import { icon, SHAPES, SIZE } from "./icons";

const still: Still = {
  mark: "m", codes: ["T1", "T 2", "T3"], names: ["一号", "二号", "三号"], longitudes: [120, 121, 119], latitudes: [30, 29, 31],
  feeders: ["F1"], feeder: [0, 0, 0], customers: [400, 1, 1600],
};
const states: States = { still: "m", outages: ["TD 1"], changed: [[0, 1, 0], [1, 4, -1]] };
const data: DistrictData = {
  url: "/d", states, outage_href: "/o/{outage}/", district_href: "/d/?text={code}", lit: "有电", customers: "{count} 户",
  legend: [{ state: 1, tone: "dark", glyph: "■", text: "停电" }, { state: 4, tone: "silent", glyph: "△", text: "无信号" }],
};

describe("districts", () => {
  it("draws all of them once, and those with a state by it", () => {
    expect(ground(still).features.length).toBe(3);
    expect(told(still, states).features.map((one) => [one.properties.at, one.properties.state])).toEqual([[0, 1], [1, 4]]);
    expect(told(still, { ...states, changed: [[7, 1, -1]] }).features).toEqual([]);
    const sizes = ground(still).features.map((one) => one.properties.size);
    expect(sizes[0]).toBe(sizes[2]);
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);
  });

  it("finds the box around them, and none around nothing", () => {
    expect(box(still)).toEqual([119, 29, 121, 31]);
    expect(box({ ...still, longitudes: [], latitudes: [] })).toBeUndefined();
  });

  it("says name, state and customers, and leads to the outage or to the list", () => {
    expect(words(still, states, 0, data)).toBe("一号 · ■ 停电 · 400 户");
    expect(words(still, states, 2, data)).toBe("三号 · 有电 · 1,600 户");
    expect(href(still, states, 0, data)).toBe("/o/TD%201/");
    expect(href(still, states, 1, data)).toBe("/d/?text=T%202");
  });

  it("says the figure of a district beside its state", () => {
    const losses: States = { ...states, changed: [[0, 11, -1, "7.31%"], [1, 13, -1]] };
    const bands = { ...data, legend: [{ state: 11, tone: "high", glyph: "▲", text: "高损" }, { state: 13, tone: "not_computable", glyph: "✕", text: "不可算" }] };
    expect(words(still, losses, 0, bands)).toBe("一号 · ▲ 高损 7.31% · 400 户");
    expect(words(still, losses, 1, bands)).toBe("二号 · ✕ 不可算 · 1 户");
    expect(told(still, losses).features[0]?.properties.rank).toBeGreaterThan(told(still, losses).features[1]?.properties.rank ?? 9);
    expect(href(still, losses, 0, bands)).toBe("/d/?text=T1");
  });

  it("counts every state; the rest is lit", () => {
    expect(counts(still, states, data).map(({ row, count }) => [row?.state, count])).toEqual([[1, 1], [4, 1], [undefined, 1]]);
  });

  it("has a picture for every state", () => {
    const symbol = JSON.stringify(layers("#000000", [[1, "a"], [4, "b"]])[1]);
    expect(symbol).toContain('["match",["get","state"],1,"a",4,"b","a"]');
  });
});

describe("areas", () => {
  const square = (west: number) => [[[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]];
  const areas: Areas = {
    type: "FeatureCollection",
    features: [
      { type: "Feature", properties: { id: "1", name: "甲村", planned: false, href: "#1" }, geometry: { type: "Polygon", coordinates: square(0) } },
      { type: "Feature", properties: { id: "2", name: "乙村", planned: true, href: "#2" }, geometry: { type: "Polygon", coordinates: square(3) } },
    ],
  };
  const legend = [{ planned: false, glyph: "■", text: "停电" }, { planned: true, glyph: "◆", text: "计划" }];

  it("says the kind by a glyph beside the name", () => {
    expect(areaLabels(areas, { shown: areas, legend }).map((one) => one.text)).toEqual(["■ 甲村", "◆ 乙村"]);
  });

  it("leaves room around", () => {
    expect(areaBounds(areas)?.map((one) => Math.round(one * 10) / 10)).toEqual([-0.8, -0.8, 4.8, 1.8]);
    expect(areaBounds({ ...areas, features: [] })).toBeUndefined();
  });
});

describe("icons", () => {
  it("tells the states apart by shape alone", () => {
    const shapes = Object.values(SHAPE_OF);
    const drawn = shapes.map((shape) => Array.from(icon(shape, "#000000").data).join());
    expect(new Set(drawn).size).toBe(shapes.length);
    for (const one of shapes) expect(icon(one, "#000000").data.length).toBe(SIZE * SIZE * 4);
  });

  it("is filled in the middle in its colour and empty in the corners", () => {
    const { data: pixels } = icon("square", "#0a4d87");
    const middle = (SIZE * SIZE) / 2 + SIZE / 2;
    expect([...pixels.slice(middle * 4, middle * 4 + 4)]).toEqual([10, 77, 135, 255]);
    expect(pixels[3]).toBe(0);
    expect(SHAPES.diamond(0)(0.5, 0.5)).toBe(false);
  });
});
