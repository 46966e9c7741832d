// The front door sorts letters by where they stand, what can still be signed first.
import type { LetterLine } from "../../domain/letters/views.js";
import { signing } from "./letter-frame.js";

const SECTIONS = ["open", "closed", "delivered", "answered", "archived"] as const;

type Section = (typeof SECTIONS)[number];

/** Letters under the sections of the front door, in its order; within one the order given stays, and no section is empty. */
export function homeSections<L extends Pick<LetterLine, "state" | "closesAt">>(
  letters: readonly L[],
  now: Date,
) {
  const lines = letters.map((letter) => ({ ...letter, signing: signing(letter, now) }));
  return SECTIONS.map((name) => ({
    name,
    letters: lines.filter((line) => sectionOf(line.state, line.signing) === name),
  })).filter((section) => section.letters.length > 0);
}

function sectionOf(state: string, standing: ReturnType<typeof signing>): Section {
  if (state === "delivered" || state === "answered") return state;
  if (state === "archived" || state === "concluded") return "archived";
  return standing === "over" ? "closed" : "open";
}
