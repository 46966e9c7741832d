import { z } from "zod";
import { optional, several, ticked, whole } from "../../platform/schema.js";

/** Setting what a letter asks for; checks that are not named are not asked for. */
export const requirementsCommand = z.object({
  required_checks: several(
    z.enum(
      ["address_confirmed", "own_domain", "officer_attested", "checked_independently", "qualified_signature"],
      { error: "errors.field.unknown" },
    ),
  ),
  two_officers: ticked().default(false),
  row_version: optional(whole(1, 2_000_000_000)),
});
