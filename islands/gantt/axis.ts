/** Time of a plan as slots of working hours laid side by side: nights take no room. Pure. */
export interface Calendar {
  /** Days of the horizon, YYYY-MM-DD, and how a person reads them. */
  dates: string[];
  day_names: string[];
  /** Short heads: above the day of the month, below the day of the week. */
  day_heads: [string, string][];
  /** Places of days of rest. */
  rest_days: number[];
  /** When a day's work begins, minutes from midnight. */
  day_from: number;
  slot_minutes: number;
  slots_per_day: number;
}

/** All slots of the horizon. */
export const slotsOf = (calendar: Calendar): number => calendar.dates.length * calendar.slots_per_day;

/** The day that a slot lies in; as an end, a slot on the border belongs to the day before. */
export function dayOf(calendar: Calendar, slot: number, end = false): number {
  const day = end ? Math.ceil(slot / calendar.slots_per_day) - 1 : Math.floor(slot / calendar.slots_per_day);
  return Math.max(0, Math.min(day, calendar.dates.length - 1));
}

/** Time of the day, HH:MM; fractions of a slot are minutes. */
export function clock(calendar: Calendar, slot: number, end = false): string {
  const minutes = calendar.day_from + Math.round((slot - dayOf(calendar, slot, end) * calendar.slots_per_day) * calendar.slot_minutes);
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The instant that a slot begins at, in the company's zone, as the server reads it. */
export const instant = (calendar: Calendar, slot: number): string => `${calendar.dates[dayOf(calendar, slot)]}T${clock(calendar, slot)}`;

/** The slot of an instant in the company's zone; null outside the horizon. */
export function slotAt(calendar: Calendar, text: string): number | null {
  const day = calendar.dates.indexOf(text.slice(0, 10));
  if (day < 0) return null;
  const minutes = Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16)) - calendar.day_from;
  const within = Math.max(0, Math.min(minutes / calendar.slot_minutes, calendar.slots_per_day));
  return day * calendar.slots_per_day + within;
}

/** From when to when, as people write it. */
export function spanWords(calendar: Calendar, begin: number, end: number): string {
  const [first, last] = [dayOf(calendar, begin), dayOf(calendar, end, true)];
  const until = last > first ? `${calendar.day_names[last]} ${clock(calendar, end, true)}` : clock(calendar, end, true);
  return `${calendar.day_names[first]} ${clock(calendar, begin)} – ${until}`;
}

/** A start that is moved by so many slots, kept within the horizon; what fits into a day is not laid over a night. */
export function moved(calendar: Calendar, begin: number, end: number, by: number): number {
  const [length, day] = [end - begin, calendar.slots_per_day];
  const to = Math.max(0, Math.min(begin + by, slotsOf(calendar) - length));
  const border = (dayOf(calendar, to) + 1) * day;
  if (length > day || to + length <= border) return to;
  return by > 0 && border + length <= slotsOf(calendar) ? border : border - length;
}

const two = (value: number): string => String(value).padStart(2, "0");
