import { describe, expect, it } from "@jest/globals";
import { assert, integer, property } from "fast-check";
import { addWorkingTime, bandOf, dueAt, workingTimeBetween } from "../../../src/domain/review/due.js";
import { DAY, HOUR } from "../../../src/platform/clock.js";

const at = (text: string): Date => new Date(text);

describe("the time for a decision", () => {
  it("counts working days: what comes on Friday is due on Tuesday", () => {
    expect(dueAt(at("2027-03-05T10:00:00Z"), 2)).toEqual(at("2027-03-09T10:00:00Z"));
    expect(dueAt(at("2027-03-01T09:00:00Z"), 2)).toEqual(at("2027-03-03T09:00:00Z"));
  });

  it("begins on Monday for what comes at the weekend", () => {
    expect(dueAt(at("2027-03-06T15:00:00Z"), 1)).toEqual(at("2027-03-09T00:00:00Z"));
  });

  it("stands still while the signatory is asked", () => {
    const confirmed = at("2027-03-01T09:00:00Z");
    const pause = { from: at("2027-03-01T12:00:00Z"), until: at("2027-03-02T12:00:00Z") };
    expect(dueAt(confirmed, 2, [pause])).toEqual(at("2027-03-04T09:00:00Z"));
    const open = { from: at("2027-03-01T12:00:00Z"), until: null };
    expect(dueAt(confirmed, 2, [open], at("2027-03-03T12:00:00Z"))).toEqual(at("2027-03-05T09:00:00Z"));
  });

  it("is overdue, nearly due or in time, and none of these while it stands still", () => {
    const due = at("2027-03-03T09:00:00Z");
    expect(bandOf(due, at("2027-03-03T09:00:00Z"))).toBe("overdue");
    expect(bandOf(due, at("2027-03-02T21:00:00Z"))).toBe("nearly");
    expect(bandOf(due, at("2027-03-02T20:59:59Z"))).toBe("in_time");
    expect(bandOf(due, at("2027-03-09T09:00:00Z"), true)).toBe("stopped");
  });

  it("adds as much working time as it measures, wherever it begins", () => {
    assert(
      property(integer({ min: 0, max: 20 * DAY }), integer({ min: HOUR, max: 9 * DAY }), (start, time) => {
        const from = new Date(at("2027-03-01T00:00:00Z").getTime() + start);
        const end = addWorkingTime(from, time);
        expect(workingTimeBetween(from, end)).toBe(time);
        expect([0, 6]).not.toContain(new Date(end.getTime() - 1).getUTCDay());
      }),
    );
  });
});
