/** Cells and points on a map that needs no other server; click to open, or to pick a point. Data: see README.md. */
import { Map as MapLibreMap, Marker, NavigationControl, ScaleControl, setWorkerUrl, type MapGeoJSONFeature } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { pageTexts, stage, styleValue, toneColour, type Leave } from "../island";
import { addAreas, areaBounds } from "./areas";
import { box } from "./districts";
import { write, type Label } from "./labels";
import { bounds, coloured, labelBox, style, STEPS, UNKNOWN, type Bounds, type Cells, type MapData } from "./layers";
import { legend } from "./legend";
import { addDistricts, loadStill } from "./live_districts";
import "./map.css";
import { Picker, type Picked } from "./pick";
import { addZones, loadZones } from "./zones";

/** Of cells that only say where they are. */
const PLAIN = STEPS[1] ?? UNKNOWN;
const PALE = STEPS[0] ?? UNKNOWN;
/** A village fills the map. */
const PICKED_ZOOM = 12;
const LAYERS = ["points", "cells"];

export async function mount(element: HTMLElement, data: MapData): Promise<Leave> {
  setWorkerUrl(new URL(workerUrl, import.meta.url).href);
  data = { ...fromAttributes(element), ...data };
  const [cells, still, zones] = await Promise.all([
    loaded(data),
    data.districts && loadStill(data.districts.url),
    data.zones && loadZones(data.zones.url),
  ]);
  if (still && box(still)) data = { ...data, bounds: data.bounds ?? (box(still) as Bounds) };
  const around = data.areas && areaBounds(data.areas.shown);
  if (around) data = { ...data, bounds: data.bounds ?? around };
  const map = drawn(element, data, cells);
  await new Promise<void>((resolve, reject) => {
    map.once("load", () => resolve());
    map.once("error", ({ error }) => reject(error));
  });
  write(map, labels(data, cells));
  const status = document.createElement("p");
  status.className = "map-status";
  status.setAttribute("role", "status");
  element.querySelector(".island-stage")?.append(status);
  const key = legend(data);
  if (key) element.querySelector(".island-stage")?.append(key);
  let leave: Leave = () => {};
  if (data.areas) leave = addAreas(map, element, data.areas);
  else if (data.districts && still) leave = addDistricts(map, element, data.districts, still, status);
  else if (element.dataset.mode === "pick") pickOn(map, element);
  else openOn(map, element);
  if (!still && !data.areas) tellUnder(map, status, data.scale?.unit);
  if (data.zones && zones) addZones(map, element, data.zones, zones, status);
  // A browser gives a page some sixteen WebGL contexts.
  return () => {
    leave();
    map.remove();
  };
}

/** The two parts of the data that may stand on the element itself. */
function fromAttributes({ dataset }: HTMLElement): MapData {
  return {
    ...(dataset.cellsUrl ? { cells_url: dataset.cellsUrl } : {}),
    ...(dataset.label ? { title: dataset.label } : {}),
  };
}

async function loaded(data: MapData): Promise<Cells | undefined> {
  if (!data.cells_url) return data.cells;
  const answer = await fetch(data.cells_url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${data.cells_url} answered ${answer.status}`);
  return (await answer.json()) as Cells;
}

function drawn(element: HTMLElement, data: MapData, cells: Cells | undefined): MapLibreMap {
  const tone = (name: string) => toneColour(element, name);
  // Under a layer of its own the cells only say where they are.
  const paintedCells = cells && coloured(cells, data.scale?.limits, tone, data.districts || data.areas || data.zones ? PALE : PLAIN);
  const paintedPoints = data.points && coloured(data.points, undefined, tone, tone("brand"));
  const look = {
    ground: styleValue(element, "--island-ground", "#f4f6f5"),
    border: styleValue(element, "--island-border", "#5c6962"),
  };
  const box = data.bounds ?? bounds(cells, data.points);
  const map = new MapLibreMap({
    container: stage(element, data.title),
    style: style(paintedCells, paintedPoints, look),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    locale: data.texts ?? pageTexts(),
    ...(box ? { bounds: box, fitBoundsOptions: { padding: 24, maxZoom: 14 } } : {}),
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl({ unit: "metric" }));
  return map;
}

function labels(data: MapData, cells: Cells | undefined): Label[] {
  const named: Label[] = [];
  for (const { geometry, properties } of data.points?.features ?? []) {
    const [longitude = 0, latitude = 0] = geometry.coordinates;
    if (properties.label) named.push({ text: properties.label, at: [longitude, latitude] });
  }
  for (const feature of cells?.features ?? []) {
    const box = labelBox(feature);
    const text = feature.properties.label ?? feature.properties.name;
    if (box && text) named.push({ text, at: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], span: [box[0], box[2]] });
  }
  return named;
}

/** Click on a cell or point: its page, or the event `island:select` for the page to use. */
function openOn(map: MapLibreMap, element: HTMLElement): void {
  map.on("click", ({ point }) => {
    const hit = map.queryRenderedFeatures(point, { layers: LAYERS })[0];
    if (!hit) return;
    const { id, href } = hit.properties as { id: string; href?: string };
    const detail = { id, layer: hit.layer.id };
    const goOn = element.dispatchEvent(new CustomEvent("island:select", { detail, bubbles: true, cancelable: true }));
    if (goOn && href) location.assign(href);
  });
}

/** Click, or Enter on the focused map for its centre: a pin there, the inputs filled, the page asked who answers. */
function pickOn(map: MapLibreMap, element: HTMLElement): void {
  const picker = new Picker(element);
  const pin = new Marker({ color: toneColour(element, "overdue"), draggable: true });
  const put = ({ longitude, latitude }: Picked) => pin.setLngLat([longitude, latitude]).addTo(map);
  const pick = ({ lng, lat }: { lng: number; lat: number }) => {
    put({ longitude: lng, latitude: lat });
    void picker.pick({ longitude: lng, latitude: lat });
  };
  map.on("click", ({ lngLat }) => pick(lngLat));
  pin.on("dragend", () => pick(pin.getLngLat()));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick(map.getCenter());
  });
  element.querySelector(".island-stage")?.classList.add("is-picking");
  picker.onTyped((picked) => {
    put(picked);
    map.easeTo({ center: [picked.longitude, picked.latitude], duration: 0 });
  });
  // The page found a place by other means (the phone's position): as if it had been tapped.
  element.closest("fieldset, form")?.addEventListener("island:place", (event) => {
    const { longitude, latitude } = (event as CustomEvent<Picked>).detail;
    map.jumpTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), PICKED_ZOOM) });
    pick({ lng: longitude, lat: latitude });
  });
  if (picker.current) {
    put(picker.current);
    map.jumpTo({ center: [picker.current.longitude, picker.current.latitude], zoom: PICKED_ZOOM });
  }
}

/** Say what is under the pointer: the name, and the value with its unit. */
function tellUnder(map: MapLibreMap, status: HTMLElement, unit: string | undefined): void {
  let under: MapGeoJSONFeature | undefined;
  const mark = (feature: MapGeoJSONFeature | undefined, is: boolean) => {
    if (feature?.id !== undefined) map.setFeatureState({ source: feature.source, id: feature.id }, { under: is });
  };
  map.on("mousemove", ({ point }) => {
    const hit = map.queryRenderedFeatures(point, { layers: LAYERS })[0];
    if (hit?.id === under?.id) return;
    mark(under, false);
    mark(hit, true);
    under = hit;
    const { name = "", value } = (hit?.properties ?? {}) as { name?: string; value?: number };
    status.textContent = value === undefined || value === null ? name : `${name}  ${value} ${unit ?? ""}`.trim();
    map.getCanvas().style.cursor = hit?.properties.href ? "pointer" : "";
  });
}
