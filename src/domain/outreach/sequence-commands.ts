import { z } from "zod";
import {
  clearable,
  id,
  language,
  line,
  moment,
  optional,
  pageQuery,
  slug,
  ticked,
  whole,
} from "../../platform/schema.js";
import { bodyText, recipientFilter, subjectLine } from "./commands.js";
import { ENROLMENT_STATES } from "./enrolment.js";
import { HOLD_SCOPES } from "./hold.js";
import { APPROVALS, DEFAULT_RULES } from "./sequence.js";
import { windowFault } from "./window.js";

const rowVersion = optional(whole(1, 2_000_000_000));

const templateText = z.object({ language: language(), subject: subjectLine(), body: bodyText() });

/** The words of a template, once in each language. */
const texts = z
  .array(templateText)
  .min(1, "errors.template.text")
  .max(30, "errors.field.too_long")
  .superRefine((given, issues) => {
    const seen = new Set<string>();
    for (const [at, { language: code }] of given.entries()) {
      if (seen.has(code)) {
        issues.addIssue({
          code: "custom",
          path: [at, "language"],
          message: "errors.template.language_twice",
        });
      }
      seen.add(code);
    }
  });

/** A template of the library; with a letter it is offered for that one only. */
export const createTemplateCommand = z.object({ name: line(120), letter: optional(slug()), texts });

/** Changing a template; what is not given stays. New words make a new version. */
export const updateTemplateCommand = z.object({
  name: line(120).optional(),
  texts: texts.optional(),
  archived: z.boolean().optional(),
  row_version: rowVersion,
});

/** For whom a step is to be shown; without a step the first one, without a language the one it would have. */
export const previewStepQuery = z.object({
  contact_id: id(),
  step: whole(1, 12).default(1),
  language: optional(language()),
});

/** For whom a template is to be shown, as a mail about which letter. */
export const previewTemplateQuery = z.object({
  contact_id: id(),
  letter: slug(),
  language: optional(language()),
});

/** Which templates to list. */
export const listTemplatesQuery = pageQuery.extend({ letter: optional(slug()) });

const sendWindow = z
  .object({
    from: z.string({ error: "errors.sequence.window_time" }).trim(),
    to: z.string({ error: "errors.sequence.window_time" }).trim(),
    days: z.array(whole(1, 7)).max(7, "errors.sequence.window_days"),
    holidays: z.boolean().default(true),
  })
  .superRefine((window, issues) => {
    const fault = windowFault(window);
    if (fault) issues.addIssue({ code: "custom", message: `errors.sequence.${fault}` });
  });

/** The rules of a sequence; what is not given is as usual. */
const rules = z.object({
  /** `country`: office hours where the contact is. null: at any time. */
  window: z
    .union([z.literal("country"), sendWindow])
    .nullable()
    .default("country"),
  one_contact_per_organisation: z.boolean().default(DEFAULT_RULES.oneContactPerOrganisation),
  colleague_ends: z.boolean().default(DEFAULT_RULES.colleagueEnds),
  mailbox_id: id().nullable().default(null),
});

/** A step: a template of the library, or words of its own. */
const step = z
  .object({
    /** The step of the version before that this one goes on. */
    key: optional(id()),
    delay_days: whole(0, 90).default(0),
    approval: z.enum(APPROVALS, { error: "errors.field.choose" }).default("automatic"),
    template_id: optional(id()),
    texts: texts.optional(),
  })
  .refine((given) => (given.template_id === undefined) !== (given.texts === undefined), {
    path: ["template_id"],
    error: "errors.sequence.step_words",
  });

const steps = z.array(step).max(12, "errors.sequence.too_many_steps");

/** A new sequence about a letter, as a draft. */
export const createSequenceCommand = z.object({
  letter: slug(),
  name: line(120),
  rules: rules.prefault({}),
  steps: steps.default([]),
});

/** Changing a sequence; rules and steps are given whole. Those who are enrolled keep the version they have. */
export const updateSequenceCommand = z.object({
  name: line(120).optional(),
  rules: rules.optional(),
  steps: steps.optional(),
  row_version: rowVersion,
});

/** Setting a sequence going, or ending it with everybody in it. */
export const changeSequenceCommand = z.object({
  to: z.enum(["active", "stopped"], { error: "errors.sequence.unknown_state" }),
});

/** Whom to enrol: contacts by id, a segment, or a filter. */
export const enrolCommand = z
  .object({
    contact_ids: z.array(id()).min(1, "errors.field.required").max(5000, "errors.field.too_long").optional(),
    segment_id: optional(id()),
    filter: recipientFilter.omit({ written: true }).optional(),
    /** Says who would get what and when, and enrols nobody. */
    dry_run: ticked().default(false),
  })
  .refine(
    (given) =>
      [given.contact_ids, given.segment_id, given.filter].filter((each) => each !== undefined).length === 1,
    { path: ["contact_ids"], error: "errors.enrolment.choose" },
  );

/** Which enrolments to list. */
export const listEnrolmentsQuery = pageQuery.extend({
  state: optional(z.enum(ENROLMENT_STATES, { error: "errors.enrolment.state" })),
});

/** Ending one contact's way through a sequence by hand. */
export const endEnrolmentCommand = z.object({
  reason: z.enum(["removed", "meeting", "replied"], { error: "errors.field.choose" }).default("removed"),
});

/** Holding outreach. */
export const holdCommand = z.object({
  scope: z.enum(HOLD_SCOPES, { error: "errors.field.choose" }),
  subject_id: id(),
  reason: clearable(line(300)),
  until: clearable(moment()),
});

/** What a hold lies on, for letting it go on or stopping it for good. */
export const holdSubjectCommand = holdCommand.pick({ scope: true, subject_id: true });

/** Holding one contact's way through a sequence. */
export const pauseEnrolmentCommand = holdCommand.pick({ reason: true, until: true });

/** Letting one waiting mail go out, in other words where they are given. */
export const approveMailCommand = z.object({
  subject: optional(subjectLine()),
  body: optional(bodyText()),
});

/** A kept filter of contacts. */
export const segmentCommand = z.object({
  name: line(120),
  filter: recipientFilter.omit({ written: true }),
});

/** Changing a segment; what is not given stays. */
export const updateSegmentCommand = z.object({
  name: line(120).optional(),
  filter: recipientFilter.omit({ written: true }).optional(),
  archived: z.boolean().optional(),
  row_version: rowVersion,
});

/** A mail to oneself: a template, or a step of a sequence, with the data of a real contact. */
export const testSendCommand = z
  .object({
    contact_id: id(),
    template_id: optional(id()),
    sequence_id: optional(id()),
    /** Which step, from 1. */
    step: whole(1, 12).default(1),
    letter: optional(slug()),
    language: optional(language()),
  })
  .refine((given) => (given.template_id === undefined) !== (given.sequence_id === undefined), {
    path: ["template_id"],
    error: "errors.test_send.what",
  });
