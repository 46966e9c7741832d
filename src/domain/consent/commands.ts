import { z } from "zod";
import { email, id, language, line, optional, pageQuery } from "../../platform/schema.js";
import { FIRST_CONTACTS } from "./first-contact.js";
import { SUPPRESSION_REASONS } from "./suppression.js";

/** Never writing to an address again, for one letter or for all. */
export const suppressCommand = z.object({
  email: email(),
  letter_id: optional(id()),
  reason: z.enum(SUPPRESSION_REASONS, { error: "errors.consent.reason" }).default("staff"),
  source: line(200).default("staff"),
});

/** Taking a stop back, with the reason why; a person's own stop can't be taken back by staff. */
export const liftSuppressionCommand = z.object({ why: line(300) });

/** What a person may do on the page of their preferences. */
export const PREFERENCE_ACTS = ["stop_all", "stop_letter", "allow_all", "allow_letter", "language"] as const;

/** One act of a person about the mail they get. */
export const preferenceCommand = z.object({
  act: z.enum(PREFERENCE_ACTS, { error: "errors.field.choose" }),
  language: optional(language()),
});

/** What staff set for a country. */
export const setCountryPolicyCommand = z.object({
  first_contact: z.enum(FIRST_CONTACTS, { error: "errors.field.choose" }),
  first_contact_person: z.enum(FIRST_CONTACTS, { error: "errors.field.choose" }),
  why: line(500),
  source: line(300),
});

/** A page of suppressions. */
export const listSuppressionsQuery = pageQuery;
