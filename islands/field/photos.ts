/** Photographs small enough for a village's signal, and without the place and time that a phone writes into them. */

const QUALITY = 0.8;

/** A picture drawn anew with its longest side at most `pixels_max`, as JPEG; any other file as it is. */
export async function shrunk(file: File, pixels_max: number): Promise<{ name: string; content: Blob }> {
  if (!file.type.startsWith("image/")) return { name: file.name, content: file };
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = fitted(picture.width, picture.height, pixels_max);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
  picture.close();
  const content = await blobOf(canvas, "image/jpeg");
  return { name: file.name.replace(/\.\w+$/, "") + ".jpg", content };
}

/** Width and height within a square of `most`, never larger than they are. */
export function fitted(width: number, height: number, most: number): [number, number] {
  const part = Math.min(1, most / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * part)), Math.max(1, Math.round(height * part))];
}

export function blobOf(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((done, failed) => canvas.toBlob((made) => (made ? done(made) : failed(new Error("no picture"))), type, QUALITY));
}
