import { describe, expect, it } from "@jest/globals";
import { array, assert, constantFrom, property, record, string } from "fast-check";
import {
  LETTER_CHANGES,
  LETTER_STATES,
  mayAmend,
  mayChange,
  mayChangeNow,
  mayEditText,
  mayWrite,
  publicStanding,
  takesSignatures,
  type ChangeFacts,
  type LetterState,
} from "../../../src/domain/letters/letter.js";
import { canonicalText, contentHash } from "../../../src/domain/letters/content-hash.js";

const facts = (given: Partial<ChangeFacts> = {}): ChangeFacts => ({
  now: new Date("2027-06-01T00:00:00Z"),
  closesAt: new Date("2027-09-30T23:59:59Z"),
  closedAt: null,
  entriesInReview: 0,
  ...given,
});

describe("the states of a letter", () => {
  it("lead from a draft to the archive", () => {
    const way: LetterState[] = [
      "draft",
      "in_review",
      "approved",
      "gathering",
      "open",
      "paused",
      "open",
      "closed",
      "delivered",
      "answered",
      "archived",
    ];
    way.slice(1).forEach((to, index) => {
      expect(mayChange(way[index] as LetterState, to)).toEqual({ may: true });
    });
    expect(mayChange("delivered", "concluded")).toEqual({ may: true });
  });

  it.each([
    ["draft", "open"],
    ["draft", "approved"],
    ["in_review", "open"],
    ["open", "draft"],
    ["open", "gathering"],
    ["closed", "paused"],
    ["archived", "open"],
    ["rejected", "approved"],
    ["removed", "open"],
    ["delivered", "open"],
  ] as const)("do not lead from %s to %s", (from, to) => {
    expect(mayChange(from, to)).toEqual({ may: false, why: "not_from_here" });
  });

  it("are all reached from a draft, and none leads to itself", () => {
    const seen = new Set<LetterState>(["draft"]);
    for (const state of seen) for (const to of LETTER_CHANGES[state]) seen.add(to);
    expect([...seen].sort()).toEqual([...LETTER_STATES].sort());
    for (const state of LETTER_STATES) expect(LETTER_CHANGES[state]).not.toContain(state);
  });

  it("let a letter that stands be taken down from anywhere, and nothing come back from removal", () => {
    const standing = LETTER_STATES.filter((state) => state !== "removed" && state !== "rejected");
    for (const state of standing) expect(mayChange(state, "removed")).toEqual({ may: true });
    expect(LETTER_CHANGES.removed).toEqual([]);
  });

  it("open only a letter that was approved before, whatever way it took", () => {
    assert(
      property(array(constantFrom(...LETTER_STATES), { maxLength: 40 }), (wishes) => {
        let state: LetterState = "draft";
        let approved = false;
        for (const to of wishes) {
          if (!mayChange(state, to).may) continue;
          state = to;
          approved ||= to === "approved";
          if (to === "draft") approved = false;
        }
        return !takesSignatures(state) || approved;
      }),
    );
  });

  it("refuse to open a letter after its end", () => {
    const late = facts({ closesAt: new Date("2027-05-01T00:00:00Z") });
    expect(mayChangeNow("approved", "open", late)).toEqual({ may: false, why: "end_passed" });
    expect(mayChangeNow("approved", "open", facts({ closesAt: null }))).toEqual({ may: true });
  });

  it("call a letter delivered only a day after its end, with nothing left in review", () => {
    const closedAt = new Date("2027-05-31T12:00:00Z");
    expect(mayChangeNow("closed", "delivered", facts({ closedAt }))).toEqual({
      may: false,
      why: "too_early",
    });
    const later = facts({ closedAt, now: new Date("2027-06-01T12:00:00Z") });
    expect(mayChangeNow("closed", "delivered", later)).toEqual({ may: true });
    expect(mayChangeNow("closed", "delivered", { ...later, entriesInReview: 1 })).toEqual({
      may: false,
      why: "entries_in_review",
    });
  });

  it("take signatures and outreach only while gathering or open", () => {
    const taking = LETTER_STATES.filter((state) => takesSignatures(state));
    expect(taking).toEqual(["gathering", "open"]);
    expect(LETTER_STATES.filter((state) => mayWrite(state))).toEqual(taking);
  });

  it("show the public a letter from its opening to the archive, and say that a removed one is gone", () => {
    expect(LETTER_STATES.filter((state) => publicStanding(state) === "shown")).toEqual([
      "open",
      "paused",
      "closed",
      "delivered",
      "answered",
      "concluded",
      "archived",
    ]);
    expect(LETTER_STATES.filter((state) => publicStanding(state) === "gone")).toEqual(["removed"]);
  });

  it("keep a text as it is once approved or signed", () => {
    expect(mayEditText("draft", false)).toEqual({ may: true });
    expect(mayEditText("draft", true)).toEqual({ may: false, why: "signed" });
    expect(mayEditText("open", false)).toEqual({ may: false, why: "not_a_draft" });
    expect(LETTER_STATES.filter((state) => mayAmend(state))).not.toContain("delivered");
  });
});

describe("the hash of a text", () => {
  const text = {
    language: "en",
    title: "Keep orbit usable",
    addressee: "all states",
    bodyMd: "One.\n\nTwo.",
  };

  it("is the same for the same words, however they were typed", () => {
    const typed = { ...text, title: " Keep orbit usable ", bodyMd: "One.  \r\n\r\nTwo.\r\n" };
    expect(contentHash(typed)).toEqual(contentHash(text));
    expect(contentHash({ ...text, title: "Cafe\u0301" })).toEqual(
      contentHash({ ...text, title: "Caf\u00e9" }),
    );
    expect(contentHash(text)).toHaveLength(32);
  });

  it("is another one when a word moves from one part to the next", () => {
    const moved = { ...text, title: "Keep orbit", addressee: "usable all states" };
    expect(contentHash(moved)).not.toEqual(contentHash(text));
    expect(contentHash({ ...text, language: "fr" })).not.toEqual(contentHash(text));
  });

  it("tells any two different canonical texts apart", () => {
    const part = string({ unit: "grapheme", maxLength: 20 });
    const texts = record({ language: part, title: part, addressee: part, bodyMd: part });
    assert(
      property(
        texts,
        texts,
        (a, b) => (canonicalText(a) === canonicalText(b)) === contentHash(a).equals(contentHash(b)),
      ),
    );
  });
});
