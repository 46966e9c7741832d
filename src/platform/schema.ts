import { z } from "zod";
import { parseEmail } from "./email-address.js";
import { DomainError } from "./errors.js";

/**
 * Pieces that every command is made of. Their messages are keys of the locale files, never sentences,
 * so that one schema serves forms in every language, the API, the command line and the OpenAPI document.
 */
const FREE_TEXT_CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u;
const LINE_CONTROLS = /[\u0000-\u001f\u007f]/u;

/** One line of text, trimmed, 1 to `max` characters. */
export function line(max: number) {
  return z
    .string({ error: "errors.field.required" })
    .trim()
    .min(1, "errors.field.required")
    .max(max, "errors.field.too_long")
    .refine((value) => !LINE_CONTROLS.test(value), "errors.field.control_characters");
}

/** Text of several lines, trimmed, line ends as LF, 1 to `max` characters. */
export function text(max: number) {
  return z
    .string({ error: "errors.field.required" })
    .transform((value) => value.replaceAll("\r\n", "\n").replaceAll("\r", "\n").trim())
    .pipe(
      z
        .string()
        .min(1, "errors.field.required")
        .max(max, "errors.field.too_long")
        .refine((value) => !FREE_TEXT_CONTROLS.test(value), "errors.field.control_characters"),
    );
}

/** Lets an empty form field stand for "not given". */
export function optional<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === "" || value === null ? undefined : value), schema.optional());
}

/** Lets an empty form field or null take a value away; leaving the field out keeps it. */
export function clearable<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === "" ? null : value), schema.nullable().optional());
}

/** One e-mail address, in the spelling that we keep (`parseEmail`). */
export function email() {
  return z.string({ error: "errors.field.email" }).transform((value, issues) => {
    const address = parseEmail(value.trim());
    if (address !== undefined) return address;
    issues.addIssue({ code: "custom", message: "errors.field.email" });
    return z.NEVER;
  });
}

/** An ISO 3166-1 alpha-2 code in capitals. */
export function country() {
  return z
    .string({ error: "errors.field.choose_country" })
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{2}$/, "errors.field.choose_country");
}

/** A language tag of two or three letters, with a region where needed (BCP 47). */
export function language() {
  return z
    .string({ error: "errors.field.choose_language" })
    .trim()
    .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, "errors.field.choose_language");
}

/** The last part of a letter's address: lower-case words joined by hyphens. */
export function slug() {
  return z
    .string({ error: "errors.field.required" })
    .trim()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "errors.field.slug")
    .max(80, "errors.field.too_long");
}

/** An identifier of ours. */
export function id() {
  return z.uuid("errors.field.unknown");
}

/** A tick box: absent or empty means no. */
export function ticked() {
  return z.preprocess(
    (value) => value === true || value === "on" || value === "true" || value === "1",
    z.boolean(),
  );
}

/** One or several values of a repeated form field, always as an array. */
export function several<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value): unknown[] =>
      value === undefined || value === "" ? [] : Array.isArray(value) ? (value as unknown[]) : [value],
    z.array(schema),
  );
}

/** A whole number that may come as text. */
export function whole(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === "string" && /^-?\d+$/.test(value.trim()) ? Number(value) : value),
    z
      .number({ error: "errors.field.number" })
      .int("errors.field.number")
      .min(min, "errors.field.number_range")
      .max(max, "errors.field.number_range"),
  );
}

/** A calendar day as `YYYY-MM-DD`. */
export function day() {
  return z
    .string({ error: "errors.field.date" })
    .trim()
    .regex(/^\d{4}-\d{2}-\d{2}$/, "errors.field.date")
    .refine((value) => {
      const time = Date.parse(`${value}T00:00:00Z`);
      return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
    }, "errors.field.date");
}

/** A moment in ISO 8601 with its offset. */
export function moment() {
  return z.iso.datetime({ offset: true, error: "errors.field.moment" }).transform((value) => new Date(value));
}

/**
 * Options of a rule about several fields: it is asked also when one of them is wrong by itself, so that a form comes
 * back with all its sentences at once. The rule gets the fields as far as they could be read.
 */
export function alongside(field: string, error: string) {
  return {
    path: [field],
    error,
    when: ({ value }: { value: unknown }) => typeof value === "object" && value !== null,
  };
}

/** Paging of lists: an opaque cursor and 1 to 200 items. */
export const pageQuery = z.object({
  cursor: z.string().max(500).optional(),
  limit: whole(1, 200).default(50),
});

/** A page of a list: the items and where the next page starts, or null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/**
 * Checks what came in against a schema. Throws a DomainError of kind "invalid" whose fields map the
 * path of each wrong value (`signatory.email`) to the key of its message.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const issue of result.error.issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) fields[[...issue.path, key].join(".")] ??= "errors.field.unexpected";
      continue;
    }
    const path = issue.path.join(".") || "form";
    fields[path] ??= issue.message.startsWith("errors.") ? issue.message : "errors.field.invalid";
  }
  throw new DomainError("invalid", "form.invalid", fields);
}
