/** What stands where in a diagram: pure, so that it can be tested without drawing. */
export interface Token {
  element: string;
  count: number;
  late: number;
  label?: string;
}

export interface ProcessData {
  bpmn_url?: string;
  bpmn_xml?: string;
  tokens?: Token[];
  done?: string[];
  title?: string;
}

/** Tokens on one element are shown as one: their counts and late ones added, their labels one below the other. */
export function merged(tokens: Token[]): Token[] {
  const byElement = new Map<string, Token>();
  for (const token of tokens) {
    const known = byElement.get(token.element);
    if (!known) {
      byElement.set(token.element, { ...token });
      continue;
    }
    known.count += token.count;
    known.late += token.late;
    const label = [known.label, token.label].filter(Boolean).join("\n");
    if (label) known.label = label;
  }
  return [...byElement.values()];
}

/** The step that a reader looks for: the first late one, else the first at which something stands. */
export function focus(tokens: Token[]): string | undefined {
  return (tokens.find((token) => token.late > 0) ?? tokens[0])?.element;
}

/** The badge of a token: the number, and for late ones a mark beside it, so that colour is not alone. */
export function badge(token: Token): HTMLElement {
  const made = document.createElement("div");
  made.className = token.late > 0 ? "process-token is-late" : "process-token";
  made.textContent = token.late > 0 ? `${token.count} ⚠ ${token.late}` : `${token.count}`;
  if (token.label) {
    made.title = token.label;
    made.setAttribute("aria-label", token.label);
  }
  return made;
}

/** The drawing's XML: given in the page, or fetched from the address that the page gives. */
export async function drawing(data: ProcessData): Promise<string> {
  if (data.bpmn_xml) return data.bpmn_xml;
  if (!data.bpmn_url) throw new Error("the page gives neither bpmn_xml nor bpmn_url");
  const answer = await fetch(data.bpmn_url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${data.bpmn_url} answered ${answer.status}`);
  return answer.text();
}
