/** A field to sign in with the finger. The typed name beside it is what counts; this is how it was given. */
import { h } from "./dom";
import { blobOf } from "./photos";

const WIDTH = 900;
const HEIGHT = 300;

export interface Pad {
  element: HTMLElement;
  /** The picture, or null while nobody signed. */
  taken(): Promise<Blob | null>;
}

export function pad(label: string, clear: string, changed: () => void): Pad {
  const canvas = h("canvas", { class: "field-pad", width: String(WIDTH), height: String(HEIGHT), role: "img", "aria-label": label });
  const pen = canvas.getContext("2d");
  let isSigned = false;
  let isDown = false;
  const blank = (): void => {
    isSigned = false;
    if (!pen) return;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    Object.assign(pen, { lineWidth: 6, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
  };
  const at = ({ clientX, clientY }: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * WIDTH, ((clientY - box.top) / box.height) * HEIGHT];
  };
  canvas.addEventListener("pointerdown", (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen?.beginPath();
    pen?.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    isSigned = true;
    pen?.lineTo(...at(event));
    pen?.stroke();
  });
  canvas.addEventListener("pointerup", () => {
    isDown = false;
    if (isSigned) changed();
  });
  blank();
  const again = h("button", { type: "button", class: "button", onclick: () => (blank(), changed()) }, clear);
  const element = h("div", { class: "field-sign" }, h("p", { class: "help" }, label), canvas, again);
  return { element, taken: async () => (isSigned ? blobOf(canvas, "image/png") : null) };
}
