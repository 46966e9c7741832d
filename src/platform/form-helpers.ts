/** What Handlebars hands to a helper as its last argument, as far as we use it. */
export interface HelperOptions {
  readonly hash: Record<string, unknown>;
  readonly data: { readonly root: Record<string, unknown> };
  /** The inside of a block helper. */
  readonly fn?: (context: unknown) => string;
}

/** What a form partial needs to know of one field. */
export interface FieldState {
  readonly id: string;
  /** What was typed, else what was given. */
  readonly value: unknown;
  /** Message key or sentence, empty when the field is fine. */
  readonly error: string;
  /** For `aria-describedby`: hint first, then error. */
  readonly describedBy: string;
}

/** The id of a field's control, and the target of its link in the error summary. */
export function fieldId(name: string): string {
  return `f-${name.replaceAll(/[^A-Za-z0-9_-]+/g, "-")}`;
}

function own(record: unknown, name: string): unknown {
  if (typeof record !== "object" || record === null || !Object.hasOwn(record, name)) return undefined;
  return (record as Record<string, unknown>)[name];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The state of one field of the page: what was typed wins over the value given, `errors[name]` fills the error. */
export function fieldState(name: string, options: HelperOptions): FieldState {
  const { hash, data } = options;
  const id = text(hash["id"]) || fieldId(name);
  const error = text(hash["error"]) || text(own(data.root["errors"], name));
  const value = own(data.root["values"], name) ?? hash["value"] ?? "";
  const describedBy = [hash["hint"] ? `${id}-hint` : "", error ? `${id}-err` : ""].filter(Boolean).join(" ");
  return { id, value, error, describedBy };
}

/** The state of a single tick box, which a form that came back without it shows empty. */
export function boxState(name: string, options: HelperOptions): FieldState & { readonly checked: boolean } {
  const state = fieldState(name, options);
  const { values } = options.data.root;
  const typed = typeof values === "object" && values !== null && Object.keys(values).length > 0;
  const checked = typed ? Boolean(own(values, name)) : Boolean(options.hash["checked"]);
  return { ...state, value: text(options.hash["value"]) || "on", checked };
}

/** The page's errors for its summary, in the order of `errors`; the pseudo-field `form` has no link. */
export function errorList(options: HelperOptions): { error: string; href?: string }[] {
  const { errors } = options.data.root;
  if (typeof errors !== "object" || errors === null) return [];
  return Object.entries(errors as Record<string, string>).map(([name, error]) =>
    name === "form" ? { error } : { error, href: `#${fieldId(name)}` },
  );
}

/** Whether a choice is the chosen one, or among the chosen ones. */
export function same(choice: unknown, chosen: unknown): boolean {
  if (chosen === undefined || chosen === null) return false;
  const list: unknown[] = Array.isArray(chosen) ? chosen : [chosen];
  return list.some((one) => String(one) === String(choice));
}
