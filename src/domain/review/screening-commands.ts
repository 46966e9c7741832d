import { z } from "zod";
import { line, optional } from "../../platform/schema.js";
import { SCREENING_KINDS, SCREENING_VERDICTS } from "./screening.js";

/** A line of the lists of whom to trust and whom to look at. */
export const screeningCommand = z.object({
  verdict: z.enum(SCREENING_VERDICTS, { error: "errors.field.choose" }),
  kind: z.enum(SCREENING_KINDS, { error: "errors.field.choose" }),
  pattern: line(254),
  note: optional(line(300)),
});
