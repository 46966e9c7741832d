import { z } from "zod";
import { optional, pageQuery, slug } from "../../platform/schema.js";
import { LAWFUL_BASES } from "../organisations/contact.js";
import { VERDICTS } from "./row.js";

/** Reading a list: what is asked besides the file. */
export const startImportCommand = z.object({
  letter: optional(slug()),
  lawful_basis: optional(z.enum(LAWFUL_BASES, { error: "errors.contact.lawful_basis" })),
});

/** Which imports to list. */
export const listImportsQuery = pageQuery;

/** Which rows of an import to list. */
export const listImportRowsQuery = pageQuery.extend({
  verdict: optional(z.enum(VERDICTS, { error: "errors.import.verdict" })),
});
