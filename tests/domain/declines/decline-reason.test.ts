import { describe, expect, it } from "@jest/globals";
import {
  contributingTo,
  isOnTheSpot,
  nextAskFor,
  revisitDay,
  type DeclineReason,
} from "../../../src/domain/declines/decline-reason.js";

const FIRST_MOVER: DeclineReason = {
  code: "first_mover",
  group: "collective",
  nextAsk: "A7",
  revisitMonths: 3,
};

describe("what follows a decline", () => {
  it("looks again after the reason's months, on the last day of a shorter month, or never", () => {
    expect(revisitDay(3, new Date("2027-03-01T09:00:00Z"))).toBe("2027-06-01");
    expect(revisitDay(1, new Date("2027-01-31T23:00:00Z"))).toBe("2027-02-28");
    expect(revisitDay(24, new Date("2028-02-29T00:00:00Z"))).toBe("2030-02-28");
    expect(revisitDay(12, new Date("2027-12-31T00:00:00Z"))).toBe("2028-12-31");
    expect(revisitDay(null, new Date("2027-03-01T09:00:00Z"))).toBeNull();
  });

  it("asks for what the reason suggests, and for nothing after a no to being asked", () => {
    expect(nextAskFor(FIRST_MOVER, "later")).toBe("A7");
    expect(nextAskFor(FIRST_MOVER, "no")).toBeNull();
    expect(isOnTheSpot("A7")).toBe(true);
    expect(isOnTheSpot("A3")).toBe(false);
  });

  it("counts each contributing reason once and never the main one", () => {
    expect(contributingTo("timing", ["capacity", "timing", "capacity"])).toEqual(["capacity"]);
  });
});
