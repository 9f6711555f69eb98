/** Posts a move and reads what came of it. */
import type { Bar } from "./lanes";
import type { Question } from "./pricing";

export interface Moved {
  /** Works as they stand now; missing when the move was refused. */
  works?: Bar[];
  said?: string;
  /** Sentences, each saying what to do next. */
  faults?: string[];
  /** Parts of the page that changed with it, by the name in `data-gantt-part`. */
  parts?: Record<string, string>;
}

/** The answer of the server; without one, neither works nor faults. */
export async function send(url: string, move: Question): Promise<Moved> {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  try {
    const answer = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams({ ...move }),
    });
    const told = (await answer.json()) as Moved;
    return answer.ok ? told : { faults: told.faults ?? [] };
  } catch {
    return {};
  }
}
