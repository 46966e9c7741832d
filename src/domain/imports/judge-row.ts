import type { ListedOrganisation } from "../organisations/organisation.js";
import { parseDomain } from "../../platform/email-address.js";
import { cleanName } from "../organisations/clean-name.js";
import { resolveCountry } from "../organisations/country.js";
import { resolveSector } from "../organisations/sector.js";
import { parseWebsite, websiteDomain } from "../organisations/website.js";
import { foldHeader, type ColumnMapping, type Field } from "./header-mapping.js";
import { readContacts } from "./judge-contacts.js";
import { RowReader, optional, shortText } from "./row-reader.js";
import type { JudgedRow, RowCode } from "./row.js";

/** What a list looks like, as far as single rows are judged by it. */
export interface ListShape {
  header: readonly string[];
  mapping: ColumnMapping;
}

const CELL_LIMIT = 10_000;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u;
const WRONG_ENCODING = /[\ufffd\u0080-\u009f]/u;
const MOJIBAKE =
  /[ÃÂÐÑ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€|ï»¿|\?{3,}/u;
/** A short row that lacks one of these may be a row that was cut off. */
const NEEDED: readonly Field[] = ["country", "email"];

/** Judges a row on its own, by the codes and policies of the contract. */
export function judgeRow(row: number, cells: readonly string[], shape: ListShape): JudgedRow {
  const skipped = skipCode(cells, shape);
  if (skipped) return { row, codes: [skipped], organisation: undefined, contacts: [] };
  if (cells.some((cell) => cell.length > CELL_LIMIT)) {
    return { row, codes: ["CELL_TOO_LONG"], organisation: undefined, contacts: [] };
  }
  const reader = new RowReader(cells, shape.mapping);
  checkShape(reader, cells, shape);
  const contacts = readContacts(reader);
  const organisation = readOrganisation(reader);
  if (contacts.every(({ email }) => email === undefined)) reader.codes.add("NO_CONTACT");
  return { row, codes: [...reader.codes], organisation, contacts };
}

function skipCode(cells: readonly string[], { header, mapping }: ListShape): RowCode | undefined {
  if (cells.every((cell) => cell.trim() === "")) return "EMPTY_ROW";
  const isName = (name: string, column: number): boolean =>
    foldHeader(name) === foldHeader(cells[column] ?? "");
  const [first = 0] = mapping.organisation ?? [];
  const repeated =
    cells.length >= header.length && isName(header[first] ?? "", first) && header.every(isName);
  return repeated ? "REPEATED_HEADER" : undefined;
}

function checkShape(reader: RowReader, cells: readonly string[], { header, mapping }: ListShape): void {
  if (cells.slice(header.length).some((cell) => cell.trim() !== "")) reader.codes.add("BAD_COLUMN_COUNT");
  const lacks = (field: Field) => mapping[field]?.every((column) => column >= cells.length) ?? false;
  if (NEEDED.some(lacks)) reader.codes.add("INCOMPLETE_ROW");
  const mapped = Object.values(mapping).flatMap((columns) => columns.map((column) => cells[column] ?? ""));
  if (mapped.some((cell) => CONTROLS.test(cell))) reader.codes.add("CONTROL_CHARS");
  if (mapped.some((cell) => WRONG_ENCODING.test(cell))) reader.codes.add("INVALID_ENCODING");
  if (mapped.some((cell) => MOJIBAKE.test(cell))) reader.codes.add("MOJIBAKE_SUSPECTED");
}

function readOrganisation(reader: RowReader): ListedOrganisation | undefined {
  const clean = cleanName(reader.values.organisation ?? "");
  if (!clean.ok) reader.codes.add(clean.code);
  else if (clean.invisibleRemoved) reader.codes.add("INVISIBLE_CHARS_REMOVED");
  const details = {
    ...optional("legal_name", shortText(reader, "legal_name")),
    ...optional("country", readCountry(reader)),
    ...optional(
      "sector",
      reader.values.sector === undefined ? undefined : resolveSector(reader.values.sector),
    ),
    ...readSite(reader),
    ...optional("active_satellites", readCount(reader)),
    ...optional("metrics_as_of", readDay(reader.values.metrics_as_of)),
    ...optional("external_id", shortText(reader, "external_id")),
    ...optional("source", shortText(reader, "source")),
  };
  return clean.ok ? { name: clean.name, ...details } : undefined;
}

function readCountry(reader: RowReader): string | undefined {
  const text = reader.values.country;
  if (text === undefined) {
    reader.codes.add("MISSING_COUNTRY");
    return undefined;
  }
  const country = resolveCountry(text);
  if (country === undefined) reader.codes.add("UNKNOWN_COUNTRY");
  return country;
}

function readSite(reader: RowReader): Pick<ListedOrganisation, "website" | "domain"> {
  const written = reader.values.website;
  const website = written === undefined ? undefined : parseWebsite(written);
  if (written !== undefined && website === undefined) reader.codes.add("INVALID_WEBSITE");
  const named = reader.values.domain;
  const domain = named === undefined ? undefined : domainOf(named);
  if (named !== undefined && domain === undefined) reader.codes.add("INVALID_WEBSITE");
  return {
    ...optional("website", website),
    ...optional("domain", domain ?? (website ? websiteDomain(website) : undefined)),
  };
}

function domainOf(text: string): string | undefined {
  const website = parseWebsite(text);
  return (
    parseDomain(text.toLowerCase().replace(/^www\./, "")) ?? (website ? websiteDomain(website) : undefined)
  );
}

/** A count such as 1200, "1,200", "1 200" or "1200.0". */
function readCount(reader: RowReader): number | undefined {
  const text = reader.values.active_satellites;
  if (text === undefined) return undefined;
  const plain = /^\d{1,3}([,.\s'’]\d{3})+$/u.test(text)
    ? text.replaceAll(/\D/gu, "")
    : text.replace(/\.0+$/, "");
  const count = /^\d{1,7}$/.test(plain) ? Number(plain) : Number.NaN;
  if (count <= 1_000_000) return count;
  reader.codes.add("INVALID_NUMBER");
  return undefined;
}

function readDay(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(text) ? undefined : text;
}
