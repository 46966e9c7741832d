import { describe, expect, test } from "@jest/globals";
import { barChart } from "../../src/platform/bar-chart.js";

const rows = [
  { label: "Identified", value: 200 },
  { label: "Signed", value: 50, main: true },
  { label: "Withdrawn", value: 0 },
];

describe("a bar chart", () => {
  test("draws lengths in proportion from zero, and leaves room for the number after the longest", () => {
    const { bars, height } = barChart(rows, "ltr");
    expect(bars.map((bar) => bar.width)).toEqual(["80.00%", "20.00%", "0.00%"]);
    expect(bars.map((bar) => bar.valueX)).toEqual(["80.00%", "20.00%", "0.00%"]);
    expect(height).toBeGreaterThan(bars.at(-1)?.barY ?? 0);
  });

  test("marks what its heading speaks of, and greys the rest only then", () => {
    expect(barChart(rows, "ltr").bars.map((bar) => bar.grey)).toEqual([true, false, true]);
    expect(barChart([{ label: "Alone", value: 3 }], "ltr").bars[0]?.grey).toBe(false);
  });

  test("starts at the right edge on right-to-left pages", () => {
    const [longest] = barChart(rows, "rtl").bars;
    expect(longest).toMatchObject({ labelX: "100.00%", barX: "20.00%", valueX: "20.00%", valueDx: -8 });
  });

  test("of nothing but zeros has no bars and does not divide by zero", () => {
    expect(barChart([{ label: "None", value: 0 }], "ltr").bars[0]?.width).toBe("0.00%");
    expect(barChart([], "ltr")).toEqual({ height: 0, bars: [] });
  });
});
