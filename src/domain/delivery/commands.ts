import { z } from "zod";
import { moment, optional, text, ticked, whole } from "../../platform/schema.js";

/** Recording that a letter was handed over. */
export const deliverLetterCommand = z.object({
  addressee: text(300),
  delivered_by: text(200),
  /** Not in the future. */
  delivered_at: moment(),
  /** Delivers without the entries that are still in review, which are then listed as left out. */
  leave_out: ticked().default(false),
  row_version: optional(whole(1, 2_000_000_000)),
});
