import type { Ctx } from "../../platform/context.js";
import { nameSkeleton } from "../organisations/name-key.js";

/** An entry whose name may only look like that of another signatory. */
export interface NamedEntry {
  id: string;
  letter_id: string;
  organisation_id: string | null;
  display_name: string;
}

/**
 * For each entry the names of other organisations under the same letter whose names look the same once look-alike
 * letters are made equal (`Аpple` in Cyrillic and `Apple`). A hint for the reviewer, never a refusal.
 */
export async function looksLike(ctx: Ctx, entries: readonly NamedEntry[]): Promise<Map<string, string[]>> {
  const skeletons = [...new Set(entries.map(({ display_name: name }) => nameSkeleton(name)))];
  if (skeletons.length === 0) return new Map();
  const found = (await ctx
    .db("organisations as o")
    .join("signatures as s", "s.organisation_id", "o.id")
    .whereRaw("o.name_skeleton = any(?)", [skeletons])
    .whereRaw("s.letter_id = any(?)", [[...new Set(entries.map((entry) => entry.letter_id))]])
    .whereIn("s.state", LIVE)
    .distinct("o.id", "o.name", "o.name_skeleton", "s.letter_id")) as {
    id: string;
    name: string;
    name_skeleton: string;
    letter_id: string;
  }[];
  return new Map(
    entries.map((entry) => {
      const skeleton = nameSkeleton(entry.display_name);
      const others = found.filter(
        (each) =>
          each.letter_id === entry.letter_id &&
          each.name_skeleton === skeleton &&
          each.id !== entry.organisation_id,
      );
      return [entry.id, [...new Set(others.map(({ name }) => name))].sort()];
    }),
  );
}

/** Entries that are on the list, were, or may get there. */
const LIVE = [
  "in_review",
  "needs_information",
  "accepted",
  "published",
  "held",
  "standing",
  "triggered",
  "disputed",
  "needs_reaffirmation",
  "withdrawn",
];
