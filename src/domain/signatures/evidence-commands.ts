import { z } from "zod";
import { line, optional, text } from "../../platform/schema.js";

/** Saying how one checked a signature by oneself: which register, whom one called. */
export const staffCheckCommand = z.object({ how: text(1000) });

/** Filing one half of a qualified electronic signature. */
export const fileEvidenceCommand = z.object({
  kind: z.enum(["qualified_file", "validator_report"], { error: "errors.signatures.file_kind" }),
  /** Who validated it, as the report says. */
  validator: optional(line(200)),
});
