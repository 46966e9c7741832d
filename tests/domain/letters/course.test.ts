import { describe, expect, it } from "@jest/globals";
import {
  courseOf,
  milestoneEvent,
  nextTarget,
  type CourseFacts,
} from "../../../src/domain/letters/course.js";

const at = (day: string): Date => new Date(`2027-${day}T12:00:00Z`);
const facts = (given: Partial<CourseFacts> = {}): CourseFacts => ({
  openedAt: at("03-01"),
  steps: [],
  versions: [],
  answers: [],
  milestones: [],
  dates: [],
  ...given,
});

describe("what the public is told of a letter's course", () => {
  it("begins with the opening and leaves out how the letter was prepared", () => {
    const steps = [
      { from: "draft", to: "in_review", reason: "", at: at("02-01") },
      { from: "approved", to: "open", reason: "", at: at("03-01") },
      { from: "open", to: "paused", reason: "A correction.", at: at("03-05") },
      { from: "paused", to: "open", reason: "", at: at("03-06") },
    ] as const;
    const versions = [
      { number: 2, reason: "Before.", createdAt: at("02-02") },
      { number: 3, reason: "After.", createdAt: at("03-07") },
    ];
    const told = courseOf(facts({ steps, versions }), at("04-01"));
    expect(told.map(({ kind }) => kind)).toEqual(["version", "reopened", "paused", "open"]);
    expect(told[0]).toMatchObject({ number: 3, text: "After." });
  });

  it("tells that a day is to come, then that it waits for its outcome, then the outcome", () => {
    const date = { happensOn: "2027-05-02", title: "Vote in the assembly", outcome: "" };
    const kind = (outcome: string, now: Date) =>
      courseOf(facts({ dates: [{ ...date, outcome }] }), now).find(({ text }) => text === date.title)?.kind;
    expect(kind("", at("05-02"))).toBe("ahead");
    expect(kind("", at("05-03"))).toBe("waiting");
    expect(kind("Adopted", at("05-03"))).toBe("outcome");
  });
});

describe("a milestone", () => {
  it("is reached once, lost when signatures are withdrawn, and reached again", () => {
    expect(milestoneEvent({ target: 10, isReached: false }, 9)).toBeUndefined();
    expect(milestoneEvent({ target: 10, isReached: false }, 10)).toBe("reached");
    expect(milestoneEvent({ target: 10, isReached: true }, 11)).toBeUndefined();
    expect(milestoneEvent({ target: 10, isReached: true }, 9)).toBe("unreached");
  });

  it("is shown as the next one only while it lies ahead and the letter can still be signed", () => {
    expect(nextTarget([10, 50], 3, "open")).toBe(10);
    expect(nextTarget([10, 50], 10, "paused")).toBe(50);
    expect(nextTarget([10, 50], 50, "open")).toBeUndefined();
    expect(nextTarget([10, 50], 3, "closed")).toBeUndefined();
  });
});
