import { z } from "zod";
import { alongside, email, line, optional, text, ticked, whole } from "../../platform/schema.js";
import { withoutInvisible } from "../organisations/clean-name.js";
import { organisationName } from "../organisations/commands.js";
import { DECISIONS, needsReason } from "./statement.js";

/** The words of a quote; empty takes it back. */
export const quoteCommand = z.object({ quote: optional(text(500)) });

/** A reservation on one clause of the version that was signed. */
export const reservationCommand = z.object({
  reservation_clause: whole(1, 500),
  reservation: text(300),
});

/** The name under which the entry stands. */
export const displayNameCommand = z.object({ display_name: organisationName() });

/** The name as registered, and what shows it. */
export const legalNameCommand = z.object({ legal_name: organisationName() });

/** That the terms of a logo are agreed to; the picture comes beside it. */
export const logoCommand = z.object({
  terms: ticked().refine((value) => value, "errors.statements.terms"),
  terms_version: whole(1, 10_000),
});

/** What staff decide about a statement; anything but yes needs a reason in words, which the signatory reads. */
export const decideStatementCommand = z
  .object({
    decision: z.enum(DECISIONS, { error: "errors.statements.decision" }),
    note: optional(text(1000)),
    row_version: optional(whole(1, 2_000_000_000)),
  })
  .refine(
    ({ decision, note }) => !needsReason(decision) || Boolean(note),
    alongside("note", "errors.statements.note"),
  );

function person(max: number) {
  return line(max)
    .transform((value) => withoutInvisible(value).normalize("NFC"))
    .refine((value) => value.trim() !== "", "errors.field.required")
    .refine((value) => !value.includes("://"), "errors.signatures.name_link");
}

/** A report about an entry by somebody who has no link of ours. */
export const entryReportCommand = z.object({
  entry: line(200),
  reporter_name: person(120),
  reporter_role: person(120),
  reporter_email: email(),
  said: optional(text(2000)),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/)
    .default("en"),
});
