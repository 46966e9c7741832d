import { DomainError } from "../platform/errors.js";

/** What a form page shows: what was typed, and the key of the sentence at each field. */
export interface FormState {
  values: Record<string, unknown>;
  /** Field name → message key. */
  errors: Record<string, string>;
}

/** A form nobody has filled in yet. */
export function emptyForm(values: Record<string, unknown> = {}): FormState {
  return { values, errors: {} };
}

/**
 * Runs the one use case of a form. When the use case refuses what was typed, calls `again` with it and the
 * sentences, so that the form can be shown once more; any other error goes on to the error page.
 */
export async function withForm(
  body: unknown,
  act: () => Promise<void>,
  again: (form: FormState) => void | Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof DomainError) || !["invalid", "conflict"].includes(error.kind)) throw error;
    const fields = Object.keys(error.fields).length > 0 ? error.fields : { form: `errors.${error.code}` };
    await again({ values: asRecord(body), errors: fields });
  }
}

/** A request body as a record of its fields. */
export function asRecord(body: unknown): Record<string, unknown> {
  return typeof body === "object" && body !== null ? { ...(body as Record<string, unknown>) } : {};
}

/** One field of a form as text; a field that is missing or came twice is empty. */
export function fieldText(body: unknown, name: string): string {
  const value = asRecord(body)[name];
  return typeof value === "string" ? value : "";
}
