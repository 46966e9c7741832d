import { z } from "zod";
import { line, optional, ticked } from "../../platform/schema.js";

/** What somebody found who looked whether we may still write to a contact. */
export const checkBasisCommand = z.object({
  /** `holds`: published still, relevant to the role, no note against mail; or agreed, or in touch. */
  outcome: z.enum(["holds", "ended"], { error: "errors.privacy.outcome" }),
  note: optional(line(300)),
});

/** Erasing a person. */
export const eraseContactCommand = z.object({
  /** Whether the address is never written to again, should a list bring it back. */
  stop: ticked(),
  /** Ticked by whoever has read what erasing does. */
  confirm: ticked(),
});
