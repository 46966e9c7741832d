/** What every form for the words of a mail needs: the names it may use, its languages, and sentences for what is wrong. */
import type { App } from "../../app.js";
import {
  VARIABLES,
  VARIABLE_TYPES,
  readSubject,
  readTemplate,
  type TemplateFault,
  type Variable,
  type VariableType,
} from "../../domain/outreach/template.js";
import { fieldText, type FormState } from "../forms.js";

/** What is wrong with a text, as a sentence that names it. */
function faultSentence({ code, found }: TemplateFault): string {
  switch (code) {
    case "unknown_variable":
      return `${found} is not a name a mail can use. Take one from the list beside the form.`;
    case "braces":
      return `The braces at “${found}” name nothing. Write a name such as {{contact.name}}, or leave them out.`;
    case "placeholder":
      return `“${found}” is kept for our own links. Leave it out.`;
    case "link_in_subject":
      return "The personal link belongs in the text, not in the subject.";
  }
}

/** The first thing wrong with a subject or a text, as a sentence; undefined when nothing is. */
function faultOf(part: "subject" | "body", text: string): string | undefined {
  const [fault] = part === "subject" ? readSubject(text).faults : readTemplate(text).faults;
  return fault && faultSentence(fault);
}

/** The same sentences, but those about variables name what was typed. */
export function nameFaults({ values, errors }: FormState): Record<string, string> {
  const named = { ...errors };
  for (const field of ["subject", "body"] as const) {
    const typed = values[field];
    const isFault = named[field]?.startsWith("errors.mailing.");
    if (isFault && typeof typed === "string") named[field] = faultOf(field, typed) ?? named[field] ?? "";
  }
  return named;
}

const VARIABLE_WORDS: Record<Variable, { words: string; example: string }> = {
  "organisation.name": { words: "The organisation’s name", example: "Rimfrost Thermal Oy" },
  "organisation.country": { words: "Its country, in the mail’s language", example: "Finland" },
  "contact.name": { words: "The contact’s full name", example: "Dr Aino Virtanen" },
  "contact.first_name": { words: "The first name, without titles", example: "Aino" },
  "letter.title": { words: "The letter’s title, in the mail’s language", example: "Keep low orbit usable" },
  "letter.addressee": { words: "Whom the letter speaks to", example: "To the heads of state" },
  "letter.closes_on": { words: "The day on which the letter closes", example: "14 June 2027" },
  "signatures.count": { words: "How many have signed in public", example: "127" },
  "invitation.link": { words: "The personal link; not in the subject", example: "https://…/r/…" },
  "sender.name": { words: "The name of whoever wrote the mail", example: "Ines Falk" },
};

const TYPE_WORDS: Record<VariableType, string> = {
  text: "text",
  link: "link",
  date: "date",
  number: "number",
};

/** The names that a mail may use, each with what it is. */
export function variableRows() {
  return VARIABLES.map((name) => ({
    name: `{{${name}}}`,
    type: TYPE_WORDS[VARIABLE_TYPES[name]],
    ...VARIABLE_WORDS[name],
  }));
}

/** The hint at a mail's text. */
export const BODY_HINT =
  "Markdown: a blank line parts paragraphs, **bold**, [words]({{invitation.link}}) for a link. " +
  "Sender, postal address, the reason for writing and the way to stop are added below it.";

/** A language by its English name. */
export function languageLabel(code: string): string {
  return new Intl.DisplayNames("en", { type: "language" }).of(code) ?? code;
}

/** A sector in words. */
export function sectorLabel(sector: string): string {
  const words = sector.replaceAll("_", " ").replace("ssa data", "SSA data").replace("ngo", "NGO");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The words of a mail in one language, as a form has them. */
export interface TypedText {
  language: string;
  subject: string;
  body: string;
}

/** What was typed into the fields of each language; a language whose fields are empty is not there. */
export function typedTexts(body: unknown): TypedText[] {
  return typedLanguages(body)
    .map((language) => ({
      language,
      subject: fieldText(body, `subject-${language}`),
      body: fieldText(body, `body-${language}`),
    }))
    .filter((text) => (text.subject + text.body).trim() !== "");
}

/** The languages that a form that came in has fields for, with the one that was asked for as well. */
export function typedLanguages(body: unknown): string[] {
  const added = fieldText(body, "act") === "language" ? fieldText(body, "add") : "";
  const list = `${fieldText(body, "languages")} ${added}`.split(" ");
  return [...new Set(list)].filter((code) => /^[a-z]{2,3}(-[A-Z]{2})?$/.test(code)).slice(0, 30);
}

/** The refusals of a use case at the fields of the form: `texts.1.subject` is `subject-fr` there. */
export function textErrors(body: unknown, errors: Record<string, string>): Record<string, string> {
  const texts = typedTexts(body);
  const [first = typedLanguages(body)[0] ?? "en"] = texts.map((text) => text.language);
  const named: Record<string, string> = {};
  for (const [field, error] of Object.entries(errors)) {
    const [, at, part] = /^(?:steps\.\d+\.)?texts\.(\d+)\.(subject|body)$/.exec(field) ?? [];
    const text = at === undefined ? undefined : texts[Number(at)];
    if (text && part) named[`${part}-${text.language}`] = namedFault(text, part, error);
    else if (field === "texts") named[`subject-${first}`] = error;
    else named[field.replace(/^steps\.\d+\./, "")] = error;
  }
  return named;
}

function namedFault(text: TypedText, part: string, error: string): string {
  if (!error.startsWith("errors.mailing.")) return error;
  return (part === "subject" ? faultOf("subject", text.subject) : faultOf("body", text.body)) ?? error;
}

/** The parts of a form for words in several languages: its fieldsets, and the languages that could be added. */
export function textFields(
  app: App,
  given: { texts: readonly TypedText[]; languages: readonly string[]; more: readonly string[] },
): Record<string, unknown> {
  const shown = [...new Set([...given.texts.map((text) => text.language), ...given.languages])];
  const offered = [...new Set([...app.messages.languages, ...given.more])];
  return {
    shownLanguages: shown.join(" "),
    variants: shown.map((language) => {
      const text = given.texts.find((each) => each.language === language);
      return {
        language,
        label: languageLabel(language),
        subject: text?.subject ?? "",
        body: text?.body ?? "",
      };
    }),
    otherLanguages: offered
      .filter((code) => !shown.includes(code))
      .map((code) => ({ value: code, label: languageLabel(code) })),
    bodyHint: BODY_HINT,
    variables: variableRows(),
  };
}
