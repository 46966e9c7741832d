import { z } from "zod";
import { line, optional } from "../../platform/schema.js";

/** Saying that a domain is an organisation's own, and where one has that from. */
export const addDomainCommand = z.object({
  domain: line(253),
  note: optional(line(300)),
});
