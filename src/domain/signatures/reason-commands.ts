import { z } from "zod";
import { line, optional, ticked, whole } from "../../platform/schema.js";

const rowVersion = whole(1, 2_000_000_000);

/** A new reason to reject with. */
export const addReasonCommand = z.object({
  code: z
    .string({ error: "errors.field.required" })
    .trim()
    .regex(/^[a-z][a-z0-9_]{1,59}$/, "errors.signatures.reason_code"),
  sentence_en: line(200),
  sentence_fr: optional(line(200)),
  needs_note: ticked().default(false),
});

/** Other words for a reason, or taking it from choice and giving it back. */
export const changeReasonCommand = z.object({
  sentence_en: optional(line(200)),
  sentence_fr: optional(line(200)),
  needs_note: ticked().optional(),
  archived: ticked().optional(),
  row_version: rowVersion,
});
