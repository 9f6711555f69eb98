/** Which bar stands in which row and lane, and how high each row is. Pure. */
export interface Bar {
  id: string;
  title: string;
  mode: string;
  begin: number;
  end: number;
  /** Rows that it stands in, by the way of looking: `{"feeder": ["F1"], "crew": ["C1", "C2"]}`. */
  rows: Record<string, string[]>;
  /** Slots that it may lie in; drawn while it is moved. */
  earliest?: number;
  latest?: number;
  /** What a reader is told besides title, mode and time. */
  note?: string;
  href?: string;
  fixed?: boolean;
}
export interface RowName {
  id: string;
  name: string;
  note?: string;
}
export interface Row extends RowName {
  top: number;
  height: number;
  bars: { bar: Bar; lane: number }[];
}

export const LANE = 30;
const ROOM = 8;
/** Days without a bar between two bars on one lane are not needed: one may begin where the other ends. */
const LEAST = 1;

/** Rows with their bars, those without any left out; bars that overlap stand below each other. */
export function laidOut(bars: Bar[], names: RowName[], by: string, shown: (bar: Bar) => boolean = () => true): Row[] {
  const found = new Map<string, Bar[]>();
  for (const bar of bars) {
    if (!shown(bar)) continue;
    for (const row of bar.rows[by] ?? []) found.set(row, [...(found.get(row) ?? []), bar]);
  }
  let top = 0;
  return names.flatMap((name) => {
    const own = found.get(name.id);
    if (!own) return [];
    const { placed, lanes } = inLanes(own);
    const row: Row = { ...name, top, height: lanes * LANE + ROOM, bars: placed };
    top += row.height;
    return [row];
  });
}

function inLanes(bars: Bar[]): { placed: Row["bars"]; lanes: number } {
  const free: number[] = [];
  const placed = [...bars]
    .sort((one, other) => one.begin - other.begin || one.id.localeCompare(other.id))
    .map((bar) => {
      let lane = free.findIndex((until) => until <= bar.begin);
      if (lane < 0) lane = free.length;
      free[lane] = Math.max(bar.end, bar.begin + LEAST);
      return { bar, lane };
    });
  return { placed, lanes: Math.max(1, free.length) };
}

/** Rows that lie within a window of the height; only these are drawn. */
export function within(rows: Row[], from: number, until: number): Row[] {
  return rows.filter((row) => row.top + row.height >= from && row.top <= until);
}

/** Rows page by page, each from its own top: the first has less room than those that follow. A row is never cut. */
export function onPages(rows: Row[], first: number, next: number): Row[][] {
  const pages: Row[][] = [[]];
  for (const row of rows) {
    const page = pages.at(-1) ?? [];
    const top = heightOf(page);
    if (page.length > 0 && top + row.height > (pages.length === 1 ? first : next)) pages.push([{ ...row, top: 0 }]);
    else page.push({ ...row, top });
  }
  return pages;
}

/** How high all rows are together. */
export const heightOf = (rows: Row[]): number => {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
};
