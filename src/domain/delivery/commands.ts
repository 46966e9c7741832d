import { z } from "zod";
import { moment, optional, text, whole } from "../../platform/schema.js";
import { leftOutEntries } from "../letters/commands.js";

const DAY_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/** Recording that a letter was handed over. */
export const deliverLetterCommand = z.object({
  addressee: text(300),
  delivered_by: text(200),
  /** A moment, or a day, whose first moment in UTC is then meant; not in the future. */
  delivered_at: z.preprocess(
    (value) =>
      typeof value === "string" && DAY_ONLY.test(value.trim()) ? `${value.trim()}T00:00:00Z` : value,
    moment(),
  ),
  /** The entries still in review that the letter is delivered without, one by one. */
  left_out: leftOutEntries,
  row_version: optional(whole(1, 2_000_000_000)),
});
