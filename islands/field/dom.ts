/** Small pieces of page: the field draws its screens itself, since there is nobody to ask for them. */

type Attribute = string | boolean | undefined | ((event: Event) => void);

/** `h("button", { class: "button", onclick: go }, "Go")`: an element with its attributes, listeners and children. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, Attribute> = {},
  ...children: (Node | string | null | undefined | false)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (typeof value === "string") element.setAttribute(key, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A list of label and value, as on the other surfaces. */
export function pairs(rows: [label: string, text: string][], kind = "facts"): HTMLElement {
  return h("dl", { class: kind }, ...rows.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]));
}

/** HTML that the server drew and the device kept: escaped there, without scripts. */
export function drawn(html: string, kind = ""): HTMLElement {
  const element = h("div", kind ? { class: kind } : {});
  element.innerHTML = html;
  return element;
}

/** Tells the page's islands that a piece arrived (they listen to htmx, which is not here). */
export function arrived(element: HTMLElement): void {
  element.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
}

/** Tells them that it leaves, so that they give back what they hold. */
export function leaving(element: HTMLElement): void {
  element.dispatchEvent(new CustomEvent("htmx:beforeCleanupElement", { bubbles: true }));
}
