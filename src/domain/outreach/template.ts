/** What kind of thing a name stands for: it decides how the value is checked and shown. */
export type VariableType = "text" | "link" | "date" | "number";

/** The only things that a mail written by staff may name. There are no helpers, no conditions, no paths. */
export const VARIABLE_TYPES = {
  "organisation.name": "text",
  "organisation.country": "text",
  "contact.name": "text",
  "contact.first_name": "text",
  "letter.title": "text",
  "letter.addressee": "text",
  "letter.closes_on": "date",
  "signatures.count": "number",
  "invitation.link": "link",
  "sender.name": "text",
} as const satisfies Record<string, VariableType>;

/** One of the names. */
export type Variable = keyof typeof VARIABLE_TYPES;

/** The names in the order of a list. */
export const VARIABLES = Object.keys(VARIABLE_TYPES) as Variable[];

/** What a value is before it is shown. */
interface ValueOf {
  text: string;
  link: string;
  date: Date;
  number: number;
}

/** What each name stands for in one mail, by its type; null is a hole, and holes don't go out. */
export type TypedValues = { [V in Variable]: ValueOf[(typeof VARIABLE_TYPES)[V]] | null };

/** The values as they are shown, in the mail's language; null or an empty text is a hole. */
export type Values = Record<Variable, string | null>;

/** How dates and numbers are written in the mail's language. */
export interface ValueFormat {
  date(value: Date): string;
  number(value: number): string;
}

/** Typed values as they are shown. A date that is none and a number that is none are holes. */
export function showValues(typed: TypedValues, format: ValueFormat): Values {
  const shown = VARIABLES.map((name) => [name, showValue(typed[name], format)] as const);
  return Object.fromEntries(shown) as Values;
}

function showValue(value: string | Date | number | null, format: ValueFormat): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : format.date(value);
  if (typeof value === "number") return Number.isFinite(value) ? format.number(value) : null;
  return value;
}

/** A text cut at its variables. */
type Part = { text: string } | { variable: Variable };

/** What is wrong with a text: a name we don't know, or braces that name nothing. */
export interface TemplateFault {
  code: "unknown_variable" | "braces" | "placeholder" | "link_in_subject";
  found: string;
}

const FIELD = /(?<!\{)\{\{([^{}]*)\}\}(?!\})/g;
/** What our own stored mails use for links; in a typed text it could stand for somebody else's. */
const RESERVED = /\[\[link:|link\.invalid/i;

/** Reads a text; faults in order of appearance, and no parts if there are any. */
export function readTemplate(text: string): { parts: Part[]; faults: TemplateFault[] } {
  const parts: Part[] = [];
  const faults: TemplateFault[] = [];
  let end = 0;
  for (const match of text.matchAll(FIELD)) {
    const name = (match[1] ?? "").trim();
    parts.push({ text: text.slice(end, match.index) });
    end = match.index + match[0].length;
    if (isVariable(name)) parts.push({ variable: name });
    else faults.push({ code: "unknown_variable", found: match[0].slice(0, 60) });
  }
  parts.push({ text: text.slice(end) });
  for (const part of parts) {
    if (!("text" in part)) continue;
    const braces = /\{\{|\}\}/.exec(part.text);
    if (braces) faults.push({ code: "braces", found: part.text.slice(braces.index, braces.index + 30) });
    const reserved = RESERVED.exec(part.text);
    if (reserved) faults.push({ code: "placeholder", found: reserved[0] });
  }
  return { parts: faults.length > 0 ? [] : parts, faults };
}

/** Reads a subject: one more rule, a subject never carries a secret link. */
export function readSubject(text: string): { parts: Part[]; faults: TemplateFault[] } {
  const read = readTemplate(text);
  const link = read.parts.find((part) => "variable" in part && isLink(part.variable));
  if (!link || !("variable" in link)) return read;
  return { parts: [], faults: [{ code: "link_in_subject", found: `{{${link.variable}}}` }] };
}

/** The variables of the texts that have no value here, each once. */
export function missingValues(texts: readonly string[], values: Values): Variable[] {
  const used = texts.flatMap((text) => readTemplate(text).parts);
  const names = used.flatMap((part) => ("variable" in part ? [part.variable] : []));
  return [...new Set(names)].filter((name) => (values[name] ?? "").trim() === "");
}

/** A subject with its values, on one line. */
export function fillSubject(text: string, values: Values): string {
  return fill(readSubject(text).parts, values, plain);
}

/** A Markdown text with its values; a value is shown as it is, whatever Markdown would make of it. */
export function fillBody(text: string, values: Values): string {
  return fill(readTemplate(text).parts, values, (value, name) => (isLink(name) ? value : literal(value)));
}

function fill(
  parts: readonly Part[],
  values: Values,
  write: (value: string, name: Variable) => string,
): string {
  return parts
    .map((part) => ("text" in part ? part.text : write(values[part.variable] ?? "", part.variable)))
    .join("");
}

function plain(value: string): string {
  return value.replace(/\s+/gu, " ").trim();
}

/** Every ASCII punctuation mark may be escaped in Markdown (CommonMark 0.31 §2.4), so none of a name's acts. */
function literal(value: string): string {
  return plain(value).replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

function isVariable(name: string): name is Variable {
  return Object.hasOwn(VARIABLE_TYPES, name);
}

function isLink(name: Variable): boolean {
  return VARIABLE_TYPES[name] === "link";
}

const HONORIFICS = /^(mr|mrs|ms|mx|dr|prof|professor|sir|dame|mme|m|mlle|herr|frau|sr|sra|ir|ing|dipl)\.?$/i;

/** What to call a person by: the first part of the name that is no title; null when there is none. */
export function firstName(name: string | null): string | null {
  const words = (name ?? "").trim().split(/\s+/u).filter(Boolean);
  return words.find((word) => !HONORIFICS.test(word) && !/^\p{L}\.$/u.test(word)) ?? null;
}
