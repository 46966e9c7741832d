import { z } from "zod";
import {
  clearable,
  email,
  id,
  day,
  language,
  line,
  moment,
  optional,
  slug,
  text,
  ticked,
  whole,
} from "../../platform/schema.js";
import { LETTER_STATES } from "./letter.js";

const DAY_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/** When a letter opens: a moment, or a day, whose first second in UTC is then meant. */
export function launch() {
  return z
    .string({ error: "errors.field.date" })
    .trim()
    .transform((value, context) => {
      const typed = DAY_ONLY.test(value) ? `${value}T00:00:00Z` : withSeconds(value);
      const found = moment().safeParse(typed);
      if (found.success) return found.data;
      context.addIssue({ code: "custom", message: "errors.field.date" });
      return z.NEVER;
    });
}

/** When a letter ends: a moment, or a day, whose last second in UTC is then meant. */
export function end() {
  return z
    .string({ error: "errors.field.date" })
    .trim()
    .transform((value, context) => {
      const found = DAY_ONLY.test(value) ? day().safeParse(value) : moment().safeParse(withSeconds(value));
      if (found.success) {
        return found.data instanceof Date ? found.data : new Date(`${found.data}T23:59:59Z`);
      }
      context.addIssue({ code: "custom", message: "errors.field.date" });
      return z.NEVER;
    });
}

/** `2027-06-30 17:00Z` as people type it, as ISO 8601 with seconds. */
function withSeconds(typed: string): string {
  return typed.replace(/[ t]/, "T").replace(/T(\d\d:\d\d)(?=Z|[+-])/, "T$1:00");
}

const wording = {
  title: line(200),
  addressee: text(500),
  body_md: text(60_000),
  summary: optional(text(500)),
};

const sponsor = {
  sponsor_name: line(200),
  sponsor_address: text(400),
  sponsor_email: email(),
  funding_note: optional(text(600)),
};

const rowVersion = optional(whole(1, 2_000_000_000));

/** A new letter with the text of its first version in its own language. */
export const createLetterCommand = z.object({
  slug: slug(),
  default_language: language().default("en"),
  ...wording,
  ...sponsor,
  closes_at: optional(end()),
});

/** Changing what stands around the text; what is not given stays, an empty `closes_at` means no end. */
export const updateLetterCommand = z.object({
  sponsor_name: sponsor.sponsor_name.optional(),
  sponsor_address: sponsor.sponsor_address.optional(),
  sponsor_email: sponsor.sponsor_email.optional(),
  funding_note: clearable(text(600)),
  closes_at: clearable(end()),
  /** When it opens by itself, and until when a gathering letter stays hidden; empty for no such moment. */
  launch_at: clearable(launch()),
  /** What the sponsor says about the letter on its page. */
  official_note: clearable(text(2000)),
  row_version: rowVersion,
});

/** Writing the newest version in one language: a new translation, or the text itself while it may be changed. */
export const writeTextCommand = z.object({
  language: language(),
  ...wording,
  /** Whether somebody who knows the language has checked it. */
  reviewed: ticked().default(false),
  row_version: rowVersion,
});

/** The next version, beginning with its text in the letter's own language; the reason is public. */
export const addVersionCommand = z.object({
  ...wording,
  reason: text(500),
  /** Whether the meaning changed, so that signatories have to say yes again. */
  material: ticked().default(false),
  row_version: rowVersion,
});

/** Entries still in review that a letter is delivered without, each with the reason. */
export const leftOutEntries = z
  .array(z.object({ id: id(), reason: text(300) }))
  .max(10_000)
  .default([]);

/** Moving a letter to another state. */
export const changeLetterCommand = z.object({
  to: z.enum(LETTER_STATES, { error: "errors.letter.unknown_state" }),
  /** Said in public where the state is; required for rejecting and withdrawing. */
  reason: optional(text(500)),
  /** The entries still in review that the letter is delivered without, one by one. */
  left_out: leftOutEntries,
  row_version: rowVersion,
});

/** What holds for the whole site: whether nobody can sign at the moment, what is said then, and a message on every letter. */
export const changeSiteCommand = z.object({
  closed: ticked().default(false),
  signing_paused: ticked().default(false),
  pause_message: optional(text(500)),
  banner: optional(text(500)),
});
