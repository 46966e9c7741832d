import { z } from "zod";
import { email, id, line, optional, pageQuery } from "../../platform/schema.js";
import { SUPPRESSION_REASONS } from "./suppression.js";

/** Never writing to an address again, for one letter or for all. */
export const suppressCommand = z.object({
  email: email(),
  letter_id: optional(id()),
  reason: z.enum(SUPPRESSION_REASONS, { error: "errors.consent.reason" }).default("staff"),
  source: line(200).default("staff"),
});

/** A page of suppressions. */
export const listSuppressionsQuery = pageQuery;
