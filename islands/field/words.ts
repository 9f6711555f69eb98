/** Sentences in the page's language; they come with the page, none stands here. */
export class Words {
  constructor(
    private readonly texts: Record<string, string>,
    readonly language: string,
  ) {}

  /** The sentence of a key with its values put in; `<key>.one` for one of a thing where there is such a sentence. */
  readonly say = (key: string, values: Record<string, string | number> = {}): string => {
    const sentence = (values.count === 1 ? this.texts[`${key}.one`] : undefined) ?? this.texts[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };

  /** A moment as people there write it: `11月22日 09:30`. */
  readonly moment = (at: string | number): string =>
    new Intl.DateTimeFormat(this.language === "en" ? "en-GB" : "zh-CN", {
      month: this.language === "en" ? "short" : "long",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
    }).format(new Date(at));

  /** What is left of a deadline, in the largest sensible unit: minutes below two hours, hours below two days. */
  readonly due = (due_at: string | null, now: number): { state: string; text: string } => {
    if (!due_at) return { state: "none", text: this.say("due.none") };
    const seconds = (Date.parse(due_at) - now) / 1000;
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= 2 * length) ?? ["minutes", 60];
    const span = this.say(`span.${unit}`, { count: Math.floor(Math.abs(seconds) / size) });
    const state = seconds <= 0 ? "overdue" : seconds < 86_400 ? "due" : "far";
    return { state, text: this.say(seconds > 0 ? "due.left" : "due.over", { span }) };
  };
}

const UNITS: [unit: string, seconds: number][] = [
  ["days", 86_400],
  ["hours", 3_600],
];
