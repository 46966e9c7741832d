import { describe, expect, it } from "@jest/globals";
import { array, assert, constantFrom, property } from "fast-check";
import { diffTexts, type DiffEntry } from "../../../src/domain/letters/text-diff.js";

const text = (bodyMd: string) => ({ title: "Keep orbit usable", addressee: "To all", bodyMd });

const plain = (texts: readonly string[]) => texts.join(" ").split(/\s+/u).filter(Boolean).sort();

function told(entries: readonly DiffEntry[], kinds: readonly string[]): string[] {
  return entries.flatMap((entry) =>
    "parts" in entry
      ? [
          entry.parts
            .filter(({ kind }) => kinds.includes(kind))
            .map((part) => part.text)
            .join(""),
        ].filter(Boolean)
      : [],
  );
}

describe("what changed between two versions", () => {
  it("names the words that came and went and leaves out paragraphs that stayed", () => {
    const entries = diffTexts(
      text("We ask.\n\n1. Stop tests in 2027.\n2. Say so."),
      text("We ask.\n\n1. Stop tests in 2028.\n2. Say so."),
    );
    expect(told(entries, ["removed"])).toEqual(["2027"]);
    expect(told(entries, ["added"])).toEqual(["2028"]);
    expect(entries[0]).toEqual({ unchanged: 3 });
    expect(entries.at(-1)).toEqual({ unchanged: 1 });
  });

  it("is empty where nothing changed", () => {
    expect(diffTexts(text("We ask."), text("We ask."))).toEqual([]);
  });

  it("shows a paragraph that says something else as taken out and put in", () => {
    const entries = diffTexts(text("Alpha beta gamma."), text("Une phrase tout autre ici"));
    expect(entries).toEqual([
      { unchanged: 2 },
      { parts: [{ kind: "removed", text: "Alpha beta gamma." }] },
      { parts: [{ kind: "added", text: "Une phrase tout autre ici" }] },
    ]);
  });

  it("loses no word of either text, whatever they say", () => {
    const words = array(constantFrom("a", "orbit", "end", "\n\n", "tests", "é"), { maxLength: 40 });
    assert(
      property(words, words, (one, other) => {
        const [before, after] = [text(one.join(" ")), text(other.join(" "))];
        const entries = diffTexts(before, after);
        const gained = plain(told(entries, ["same", "added"])).length;
        const lost = plain(told(entries, ["same", "removed"])).length;
        expect(gained - lost).toBe(plain([after.bodyMd]).length - plain([before.bodyMd]).length);
      }),
    );
  });
});
