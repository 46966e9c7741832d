/** One bar: a label, its number, and optionally a word after it and whether the heading speaks of it. */
export interface BarRow {
  readonly label: string;
  readonly value: number;
  /** Printed after the number in quieter type, e.g. a share. */
  readonly note?: string;
  /** Green when true or when no row says so; grey otherwise. */
  readonly main?: boolean;
}

export interface BarGeometry extends BarRow {
  readonly grey: boolean;
  readonly labelX: string;
  readonly labelY: number;
  readonly barX: string;
  readonly barY: number;
  readonly width: string;
  readonly valueX: string;
  readonly valueY: number;
  readonly valueDx: number;
}

const rowHeight = 46;
const widest = 80;

/**
 * Places horizontal bars from zero, label above, number at the bar's end, in percent of the width so that text keeps
 * its size at any width; in right-to-left pages bars start at the right edge. Heights are in pixels.
 */
export function barChart(
  rows: readonly BarRow[],
  dir: "ltr" | "rtl",
): { height: number; bars: BarGeometry[] } {
  const top = Math.max(1, ...rows.map((row) => row.value));
  const marked = rows.some((row) => row.main !== undefined);
  const bars = rows.map((row, index) => {
    const width = (widest * row.value) / top;
    const y = index * rowHeight;
    const percent = (value: number): string => `${(dir === "rtl" ? 100 - value : value).toFixed(2)}%`;
    return {
      ...row,
      grey: marked && row.main !== true,
      labelX: percent(0),
      labelY: y + 14,
      barX: dir === "rtl" ? percent(width) : "0%",
      barY: y + 20,
      width: `${width.toFixed(2)}%`,
      valueX: percent(width),
      valueY: y + 32,
      valueDx: dir === "rtl" ? -8 : 8,
    };
  });
  return { height: Math.max(0, rows.length * rowHeight - 6), bars };
}
