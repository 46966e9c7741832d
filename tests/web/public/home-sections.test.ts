import { describe, expect, it } from "@jest/globals";
import { homeSections } from "../../../src/web/public/home-sections.js";

const NOW = new Date("2026-03-02T12:00:00Z");
const PAST = new Date("2026-03-01T12:00:00Z");

describe("The front door", () => {
  it("shows what can still be signed first, and a letter past its end as closed", () => {
    const states = ["archived", "concluded", "answered", "delivered", "closed", "paused", "open"] as const;
    const letters = states.map((state) => ({ state, closesAt: null as Date | null }));
    const shown = homeSections([...letters, { state: "open", closesAt: PAST }], NOW);
    expect(shown.map((section) => [section.name, section.letters.map((letter) => letter.state)])).toEqual([
      ["open", ["paused", "open"]],
      ["closed", ["closed", "open"]],
      ["delivered", ["delivered"]],
      ["answered", ["answered"]],
      ["archived", ["archived", "concluded"]],
    ]);
  });

  it("has no heading over nothing", () => {
    expect(homeSections([], NOW)).toEqual([]);
  });
});
