import { z } from "zod";
import { country, id, language, line, optional, slug, text, ticked } from "../../platform/schema.js";
import { isTooLong } from "./body-size.js";
import { WRITTEN_BEFORE } from "./mailing.js";
import { readSubject, readTemplate, type TemplateFault } from "./template.js";

function refuseFaults(read: (value: string) => { faults: TemplateFault[] }) {
  return (value: string, issues: z.core.$RefinementCtx<string>): void => {
    const [fault] = read(value).faults;
    if (fault) issues.addIssue({ code: "custom", message: `errors.mailing.${fault.code}` });
  };
}

/** A subject of a mail; names we don't know, loose braces and links are refused. */
export function subjectLine() {
  return line(200).superRefine(refuseFaults(readSubject));
}

/** A mail's text in Markdown; names we don't know, loose braces and what is too long to be read to its end are refused. */
export function bodyText() {
  return text(20_000)
    .superRefine(refuseFaults(readTemplate))
    .refine((body) => !isTooLong(body), "errors.mailing.too_large");
}

/** Which contacts a mailing is for; every part narrows it. */
export const recipientFilter = z.object({
  q: optional(z.string().trim().max(100, "errors.field.too_long")),
  sector: optional(z.string().max(40)),
  country: optional(country()),
  /** A region of the UN statistics division: Africa, Americas, Asia, Europe, Oceania. */
  region: optional(z.string().max(40)),
  /** The staff member who looks after the organisation. */
  owner_id: optional(id()),
  /** What the contact reads. */
  contact_language: optional(language()),
  written: z.preprocess(
    (value) => value || undefined,
    z.enum(WRITTEN_BEFORE, { error: "errors.field.choose" }).default("never"),
  ),
});

/** What a mailing says. */
const words = {
  letter: slug(),
  language: language(),
  subject: subjectLine(),
  body: bodyText(),
};

/** Where a mailing goes out from, and when. */
const way = {
  /** Not given: the mailbox of the settings. */
  mailbox_id: optional(id()),
  /** True: in the office hours of each recipient. False: at once. */
  office_hours: ticked().default(false),
};

/** A mailing as the form has it: its id is made with the form, so that sending the form twice makes one. */
export const saveMailingCommand = z.object({ id: id(), ...words, ...way, ...recipientFilter.shape });

/** A mailing in one go, as scripts and other use cases ask for it: contacts by name, or by filter. */
export const queueMailingCommand = z.object({
  ...words,
  ...way,
  contact_ids: z.array(id()).min(1, "errors.field.required").max(5000, "errors.field.too_long").optional(),
  filter: recipientFilter.optional(),
});
