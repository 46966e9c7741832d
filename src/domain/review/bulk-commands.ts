import { z } from "zod";
import { day, email, line, optional, several, slug, text, ticked, whole } from "../../platform/schema.js";
import { networkPrefix } from "../signatures/network.js";
import type { SignatureState } from "../signatures/signature.js";
import { BULK_FROM } from "./bulk.js";

const STATES = BULK_FROM as [SignatureState, ...SignatureState[]];

/** Which entries are meant. */
export const bulkFilter = z.object({
  letter: optional(slug()),
  submitted_from: optional(day()),
  submitted_until: optional(day()),
  domain: optional(
    z
      .string()
      .trim()
      .toLowerCase()
      .transform((value) => value.replace(/^@/, ""))
      .refine((value) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value), "errors.screening.domain"),
  ),
  address: optional(email()),
  name: optional(line(200)),
  network: optional(
    z
      .string()
      .trim()
      .refine((value) => networkPrefix(value.split("/")[0] ?? "") !== undefined, "errors.screening.network"),
  ),
  door: optional(z.enum(["public", "invitation"], { error: "errors.field.choose" })),
  states: several(z.enum(STATES, { error: "errors.signatures.status" })).optional(),
});

/** A bulk invalidation before it is started: what it is for, and which entries. */
export const bulkCommand = bulkFilter.extend({
  summary: text(500),
  reason_code: optional(z.string().trim().max(60)),
  tell_signatories: ticked().default(false),
});

/** An act on a bulk invalidation as it was seen. */
export const bulkActCommand = z.object({ row_version: optional(whole(1, 2_000_000_000)) });
