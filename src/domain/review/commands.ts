import { z } from "zod";
import { line, optional, several, text, ticked, whole } from "../../platform/schema.js";

/** The version of an entry that a decision was made on. */
const rowVersion = optional(whole(1, 2_000_000_000));

/** What every decision may say beside itself: that it is made although somebody else has taken the entry. */
export const despiteClaim = z.object({ despite_claim: ticked().default(false) });

/** Taking an entry, also from somebody who has it. */
export const claimCommand = z.object({ over: ticked().default(false) });

/** Asking the signatory something before the entry is decided. */
export const askCommand = z.object({
  question: text(2000),
  row_version: rowVersion,
  despite_claim: ticked().default(false),
});

/** What the signatory answers. */
export const informationCommand = z.object({ answer: text(4000) });

/** Undoing a rejection. */
export const reopenCommand = z.object({ row_version: rowVersion });

/** A note of staff; tags are separated by commas or come as a list. */
export const noteCommand = z.object({
  staff_note: optional(text(10_000)),
  tags: z.preprocess(
    (value) => (typeof value === "string" ? value.split(",").map((tag) => tag.trim()) : value),
    several(z.string().trim().toLowerCase().max(40, "errors.field.too_long")).transform((tags) => [
      ...new Set(tags.filter(Boolean)),
    ]),
  ),
  row_version: whole(0, 2_000_000_000).default(0),
});

/** How long the entries of a letter may wait. */
export const reviewTimeCommand = z.object({ working_days: whole(1, 30) });

/** What staff look for among all entries. */
export const searchQuery = z.object({
  q: optional(line(200)),
  letter: optional(z.string().trim().max(80)),
  state: optional(z.string().trim().max(40)),
  tag: optional(z.string().trim().toLowerCase().max(40)),
  cursor: z.string().max(500).optional(),
  limit: whole(1, 200).default(50),
});
