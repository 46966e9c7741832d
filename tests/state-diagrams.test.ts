import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { LETTER_CHANGES, LETTER_STATES } from "../src/domain/letters/letter.js";
import { TRANSITIONS } from "../src/domain/signatures/signature.js";
import { packageRoot } from "../src/platform/config.js";
import { stateDiagram } from "./support/state-diagram.js";

const drawn = (file: string): string =>
  /```mermaid\n([\s\S]*?)\n```/.exec(readFileSync(path.join(packageRoot, "docs", file), "utf8"))?.[1] ?? "";

describe("the diagrams in the documents", () => {
  it("show each step of a signature that the table has, and no other", () => {
    const arrows = TRANSITIONS.map(({ from, to, cause }) => ({ from, to, words: cause }));
    expect(drawn("signing.md")).toBe(stateDiagram("submitted", arrows));
  });

  it("show each step of a letter that the table has, and no other", () => {
    const arrows = LETTER_STATES.flatMap((from) => LETTER_CHANGES[from].map((to) => ({ from, to })));
    expect(drawn("letters.md")).toBe(stateDiagram("draft", arrows));
  });
});
