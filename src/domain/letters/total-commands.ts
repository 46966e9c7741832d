import { z } from "zod";
import { day, line, optional, whole } from "../../platform/schema.js";

/** Address of a source on the web. */
function address() {
  return z
    .string({ error: "errors.field.required" })
    .trim()
    .max(500, "errors.field.too_long")
    .refine(
      (text) =>
        /^https?:\/\/[^\s<>"'`\\]+$/u.test(text) && URL.canParse(text) && new URL(text).username === "",
      "errors.organisation.website",
    );
}

/** Saying how many active satellites there are in all, on which day, and who says so. */
export const recordTotalCommand = z.object({
  value: whole(1, 1_000_000_000),
  as_of: day(),
  source: line(300),
  source_url: optional(address()),
});
