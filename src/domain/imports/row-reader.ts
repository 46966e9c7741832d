import { withoutInvisible } from "../organisations/clean-name.js";
import type { ColumnMapping, Field } from "./header-mapping.js";
import type { RowCode } from "./row.js";

const NOTHING = /^(n\/?a|n\.a\.|none|null|nil|unknown|-+|–|—|\.|\?)$/i;
const FORMULA = /^[=+\-@\t\r]/;
/** Fields in which a leading sign is usual or checked by its own rule. */
const SIGNED = new Set<Field>(["organisation", "phone", "active_satellites", "email", "website", "domain"]);

/** Collects what a row says, and everything that is to be said about it. */
export class RowReader {
  readonly codes = new Set<RowCode>();
  /** The row's text by field: the first of the field's columns that says something. */
  readonly values: Partial<Record<Field, string>> = {};
  /** Every cell of the e-mail columns that says something. */
  readonly emails: string[];

  constructor(cells: readonly string[], mapping: ColumnMapping) {
    for (const field of Object.keys(mapping) as Field[]) {
      const texts = (mapping[field] ?? []).map((column) => this.clean(field, cells[column] ?? ""));
      const value = texts.find((text) => text !== "");
      if (value !== undefined) this.values[field] = value;
    }
    this.emails = (mapping.email ?? [])
      .map((column) => said(cells[column] ?? ""))
      .filter((text) => text !== "");
  }

  /** Takes a field's text away, once it turned out to be something else. */
  drop(field: Field): void {
    delete this.values[field];
  }

  private clean(field: Field, cell: string): string {
    const text = said(cell);
    if (field === "organisation") return text;
    if (text !== "" && FORMULA.test(text) && !SIGNED.has(field)) this.codes.add("FORMULA_TEXT");
    const seen = withoutInvisible(text).normalize("NFC");
    if (seen !== text.normalize("NFC")) this.codes.add("INVISIBLE_CHARS_REMOVED");
    return seen;
  }
}

/** The text of a cell; what people write for "nothing" is nothing. */
function said(cell: string): string {
  const text = cell.replaceAll("\u00a0", " ").trim();
  return NOTHING.test(text) ? "" : text;
}

/** An object with the key, or an empty one when there is nothing to say. */
export function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}

/** A field's text on one line, cut at 300 characters. */
export function shortText(reader: RowReader, field: Field): string | undefined {
  const text = reader.values[field]?.replaceAll(/\s+/gu, " ").trim();
  return text ? Array.from(text).slice(0, 300).join("") : undefined;
}
