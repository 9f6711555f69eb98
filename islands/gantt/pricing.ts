/** Asks what a move would cost: one question at a time, the newest next; only the answer to the last question counts. */
export interface Price {
  /** Where the bar would stand; the work may take longer at another time. */
  begin?: number;
  end?: number;
  district_hours: number;
  household_hours: number;
  district_change: number;
  household_change: number;
  /** What it would break, in words. */
  violations: string[];
}
export interface Question {
  work: string;
  starts_at: string;
}
export type Asked = (question: Question, signal: AbortSignal) => Promise<Price>;
type Told = (question: Question, price: Price | null) => void;

export class Pricing {
  private wanted: Question | null = null;
  private asking = false;
  private stop = new AbortController();

  constructor(private readonly asked: Asked, private readonly told: Told) {}

  /** Ask now, or as soon as the question under way is answered. */
  ask(question: Question): void {
    this.wanted = question;
    if (!this.asking) void this.next();
  }

  /** Nobody wants to know any more. */
  cancel(): void {
    this.wanted = null;
    this.stop.abort();
    this.stop = new AbortController();
  }

  private async next(): Promise<void> {
    this.asking = true;
    while (this.wanted) {
      const question: Question = this.wanted;
      const { signal } = this.stop;
      let price: Price | null = null;
      try {
        price = await this.asked(question, signal);
      } catch {
        // Told below as a price that is not known; the move itself is judged by the server again.
      }
      if (this.wanted !== question) continue;
      this.wanted = null;
      if (!signal.aborted) this.told(question, price);
    }
    this.asking = false;
  }
}
