import { z } from "zod";
import { line, optional, text, whole } from "../../platform/schema.js";

/** What staff write to everybody who signed: a subject and Markdown. */
export const signerMailCommand = z.object({
  subject: line(150),
  body: text(20_000),
  row_version: optional(whole(1, 2_000_000_000)),
});

/** An act on a mail as it was seen. */
export const signerMailActCommand = z.object({ row_version: optional(whole(1, 2_000_000_000)) });
