import { z } from "zod";
import { day, line, optional, whole } from "../../platform/schema.js";
import { METRICS } from "./figure.js";
import { parseWebsite } from "./website.js";

/** The address of a source, if it has one. */
export function sourceAddress() {
  return optional(
    line(500).transform((raw, issues) => {
      const address = parseWebsite(raw);
      if (address !== undefined) return address;
      issues.addIssue({ code: "custom", message: "errors.organisation.website" });
      return z.NEVER;
    }),
  );
}

/** Recording a figure: what, how much, of which day, and where it is from. */
export const recordFigureCommand = z.object({
  metric: z.enum(METRICS, { error: "errors.figure.metric" }).default("active_satellites"),
  value: whole(0, 1_000_000_000),
  as_of: day(),
  source: line(300),
  source_url: sourceAddress(),
});
