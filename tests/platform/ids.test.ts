import { describe, expect, it } from "@jest/globals";
import { fixedClock } from "../../src/platform/clock.js";
import { isUuid, newId } from "../../src/platform/ids.js";

describe("identifiers", () => {
  it("come in the order in which they were made, also within one millisecond", () => {
    const clock = fixedClock("2027-03-01T09:00:00Z");
    const made = Array.from({ length: 2000 }, () => newId(clock));
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    expect(made.every(isUuid)).toBe(true);
  });

  it("carry the time of the clock", () => {
    const early = newId(fixedClock("2027-03-01T09:00:00.000Z"));
    const late = newId(fixedClock("2027-03-01T09:00:00.001Z"));
    expect(early < late).toBe(true);
  });
});
