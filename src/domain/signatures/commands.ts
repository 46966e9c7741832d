import { z } from "zod";
import {
  email,
  alongside,
  country,
  day,
  id,
  optional,
  pageQuery,
  slug,
  text,
  ticked,
  whole,
} from "../../platform/schema.js";
import { organisationName } from "../organisations/commands.js";
import { SECTORS } from "../organisations/sector.js";
import { authorityFields, plainName, withAuthorityRules } from "./authority-commands.js";
import { CONDITION_CLASSES } from "./condition.js";
import { SIGNATURE_STATES } from "./signature.js";

/** How an organisation wants to appear: by name, by name once others have signed, or counted and never named. */
export const APPEARANCES = ["public", "pledge", "confidential"] as const;

/**
 * Signing, whether by a personal link or from the public page. `condition_*` count for a pledge only.
 * A condition may name a number, a sector or a country, never a company.
 */
export const submitSignatureCommand = withAuthorityRules(
  z
    .object({
      display_name: organisationName(),
      country: country(),
      sector: z.enum(SECTORS, { error: "errors.signatures.sector" }),
      scope: z.enum(["entity", "group"], { error: "errors.signatures.scope" }),
      signatory_name: plainName(120),
      signatory_title: plainName(120),
      signatory_email: email(),
      ...authorityFields,
      contact_name: optional(plainName(120)),
      contact_email: optional(email()),
      quote: optional(text(500)),
      reservation_clause: optional(whole(1, 500)),
      reservation: optional(text(300)),
      help_offered: optional(text(1000)),
      appearance: z.enum(APPEARANCES, { error: "errors.signatures.appearance" }),
      condition_count: optional(whole(2, 5000)),
      condition_class: optional(z.enum(CONDITION_CLASSES, { error: "errors.signatures.condition_class" })),
      condition_deadline: optional(day()),
      authority: ticked().refine((value) => value, "errors.signatures.authority"),
      language: z
        .string()
        .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/)
        .default("en"),
    })
    .refine(
      (value) => !value.contact_name || Boolean(value.contact_email),
      alongside("contact_email", "errors.signatures.contact_email"),
    )
    .refine(
      (value) => !value.reservation || Boolean(value.reservation_clause),
      alongside("reservation_clause", "errors.statements.clause"),
    )
    .refine(
      (value) => !value.reservation_clause || Boolean(value.reservation),
      alongside("reservation", "errors.statements.reservation"),
    )
    .refine(
      (value) =>
        value.appearance !== "pledge" ||
        value.condition_class === "ten_largest" ||
        Boolean(value.condition_count),
      alongside("condition_count", "errors.signatures.condition_count"),
    )
    .refine(
      (value) => value.appearance !== "pledge" || Boolean(value.condition_class),
      alongside("condition_class", "errors.signatures.condition_class"),
    ),
);

/** What a signing form has said, checked. */
export type SignatureInput = z.output<typeof submitSignatureCommand>;

const rowVersion = optional(whole(1, 2_000_000_000));

/** Accepting a signature; its quote goes onto the page only if the reviewer lets it. */
export const acceptSignatureCommand = z.object({
  row_version: rowVersion,
  quote_approved: ticked().default(false),
});

/** Rejecting a signature, with the code of a reason whose sentence its signatory reads. */
export const rejectSignatureCommand = z.object({
  reason_code: z.string({ error: "errors.signatures.reason" }).trim().max(60, "errors.signatures.reason"),
  note: optional(text(1000)),
  row_version: rowVersion,
});

/** What staff may turn a signature into. */
export const STAFF_TARGETS = [
  "accepted",
  "rejected",
  "needs_information",
  "in_review",
  /** What waited beside another entry, or was rejected, goes on to the question of authority. */
  "email_confirmed",
  /** Staff has doubts about what was accepted: suspended until they are settled. */
  "disputed",
  /** Thrown away, since nobody confirmed it. */
  "expired",
  "withdrawn",
  "rescinded",
  "invalidated",
] as const;

/** Moving a signature by script. */
export const transitionSignatureCommand = z.object({
  to: z.enum(STAFF_TARGETS, { error: "errors.signatures.target" }),
  reason_code: optional(z.string().max(60)),
  note: optional(text(1000)),
  quote_approved: z.boolean().optional(),
  row_version: rowVersion,
});

/** Which signatures to list. */
export const signatureQuery = pageQuery.extend({
  letter: optional(slug()),
  status: optional(z.enum(SIGNATURE_STATES, { error: "errors.signatures.status" })),
  organisation_id: optional(id()),
});
