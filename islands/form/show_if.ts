/**
 * Which fields a form asks, by the conditions that the server compiled (see engine/expressions: nested lists
 * `[kind, position, ...]`). The server decides again when the form is sent; here it only spares the reader questions.
 */

export type Value = null | boolean | number | string | Value[];
export type Node = [kind: string, position: number, ...parts: unknown[]];

/** What the page gives: conditions by field, types of this form's fields, values of facts from outside it. */
export interface Visibility {
  conditions?: Record<string, Node | null>;
  types?: Record<string, string>;
  facts?: Record<string, Value>;
}

/** True when the condition holds; also when it cannot be judged here, so that no question is lost. */
export function holds(node: Node | null, read: (name: string) => Value): boolean {
  try {
    return node === null || value(node, read) === true;
  } catch {
    return true;
  }
}

function value(node: Node, read: (name: string) => Value): Value {
  const [kind, , first, second] = node;
  const of = (part: unknown) => value(part as Node, read);
  switch (kind) {
    case "const":
      return first as Value;
    case "list":
      return (first as Node[]).map(of);
    case "fact":
      return read(first as string);
    case "and":
      return (first as Node[]).every((part) => of(part) === true);
    case "or":
      return (first as Node[]).some((part) => of(part) === true);
    case "=":
      return same(of(first), of(second));
    case "!=":
      return !same(of(first), of(second));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(kind, of(first), of(second));
    case "in":
      return (of(second) as Value[]).some((part) => same(part, of(first)));
    case "within":
      return within(node, of);
    case "minus":
      return -figure(of(first));
    case "call":
      return call(first as string, (second as Node[]).map(of));
    default:
      throw new Error(`conditions of a form know no ${kind}`);
  }
}

function within(node: Node, of: (part: unknown) => Value): boolean {
  const [, , subject, low, high, lowIncluded, highIncluded] = node;
  return ordered(lowIncluded ? ">=" : ">", of(subject), of(low)) && ordered(highIncluded ? "<=" : "<", of(subject), of(high));
}

function call(name: string, given: Value[]): Value {
  if (name === "not") return given[0] !== true;
  if (name === "count") return (given[0] as Value[] | null)?.length ?? 0;
  if (name === "contains") return (given[0] as Value[] | null)?.some((part) => same(part, given[1] ?? null)) ?? false;
  throw new Error(`conditions of a form know no ${name}()`);
}

function same(left: Value, right: Value): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Nothing is neither smaller nor larger than anything. */
function ordered(sign: string, left: Value, right: Value): boolean {
  if (left === null || right === null || typeof left !== typeof right) return false;
  return sign === "<" ? left < right : sign === "<=" ? left <= right : sign === ">" ? left > right : left >= right;
}

function figure(given: Value): number {
  if (typeof given !== "number") throw new Error("a number was needed");
  return given;
}

/** What a form's field holds now, as its fact's type; null while it is empty. */
export function fieldValue(form: HTMLFormElement, name: string, type: string | undefined): Value {
  const inputs = [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(`[name="${name}"]`)];
  const boxes = inputs.filter((field): field is HTMLInputElement => field instanceof HTMLInputElement && field.type === "checkbox");
  if (type === "array") return chosen(inputs).map((text) => text);
  if (type === "boolean" && boxes.length) return boxes.some((box) => box.checked);
  const text = chosen(inputs)[0]?.trim() ?? "";
  if (!text) return null;
  if (type === "boolean") return text === "true";
  return type === "number" || type === "integer" ? Number(text) : text;
}

function chosen(inputs: (HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]): string[] {
  const picked = (field: HTMLElement) => !(field instanceof HTMLInputElement && /^(radio|checkbox)$/.test(field.type)) || field.checked;
  return inputs.filter(picked).map((field) => field.value).filter((text) => text);
}
