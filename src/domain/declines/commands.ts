import { z } from "zod";
import {
  email,
  alongside,
  day,
  id,
  line,
  optional,
  pageQuery,
  several,
  slug,
  text,
} from "../../platform/schema.js";
import { ASKS, ASK_AGAIN, DECLINE_CODES, DECLINE_SOURCES } from "./decline-reason.js";

const reason = z.enum(DECLINE_CODES, { error: "errors.declines.reason" });

const contributing = several(z.enum(DECLINE_CODES, { error: "errors.declines.reason" }))
  .pipe(z.array(z.enum(DECLINE_CODES)).max(3, "errors.declines.contributing"))
  .default([]);

const answer = {
  reason_code: reason,
  contributing,
  comment: optional(text(2000)),
  said_by: optional(line(200)),
};

const otherNeedsWords = (value: { reason_code: string; comment?: string | undefined }): boolean =>
  value.reason_code !== "other" || Boolean(value.comment);

/** Declining through one's own link. */
export const declineCommand = z
  .object({
    ...answer,
    may_ask_again: z.enum(ASK_AGAIN, { error: "errors.declines.again" }).default("unknown"),
  })
  .refine(otherNeedsWords, alongside("comment", "errors.declines.other_text"));

/** A decline that staff or a script records: heard on the phone, read in a mail, seen in the press. */
export const recordDeclineCommand = z
  .object({
    ...answer,
    letter: slug(),
    organisation_id: id(),
    contact_id: optional(id()),
    source: z.enum(DECLINE_SOURCES, { error: "errors.declines.source" }),
    may_ask_again: z.enum(ASK_AGAIN, { error: "errors.declines.again" }).default("unknown"),
    /** Left out: by the reason's own rule. */
    revisit_on: optional(day()),
    next_ask: optional(z.enum(ASKS, { error: "errors.declines.ask" })),
    /** Left out: today. */
    decided_on: optional(day()),
  })
  .refine(otherNeedsWords, alongside("comment", "errors.declines.other_text"));

/** "Not the right person", which is no decline of the organisation (ruling 24). */
export const wrongContactCommand = z.object({
  code: z.enum(["wrong_contact", "left_company"], { error: "errors.declines.wrong_code" }),
  suggested_name: optional(line(120)),
  suggested_email: optional(email()),
  note: optional(text(1000)),
});

/** Which declines to list. */
export const declineQuery = pageQuery.extend({
  letter: optional(slug()),
  reason: optional(reason),
  organisation_id: optional(id()),
});
