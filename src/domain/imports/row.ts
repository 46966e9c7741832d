import type { LawfulBasis } from "../organisations/contact.js";
import type { ListedOrganisation } from "../organisations/organisation.js";

/** What is to become of a row (contract, "Row verdicts of an import"). */
export const VERDICTS = ["create", "update", "unchanged", "duplicate", "review", "reject", "skip"] as const;

/** One of the verdicts. */
export type Verdict = (typeof VERDICTS)[number];

const REJECT = [
  "MISSING_NAME",
  "INVALID_EMAIL",
  "UNKNOWN_COUNTRY",
  "FORMULA_IN_NAME",
  "MARKUP_IN_NAME",
  "BAD_COLUMN_COUNT",
  "INVALID_ENCODING",
  "CONTROL_CHARS",
  "NAME_TOO_LONG",
  "CELL_TOO_LONG",
] as const;
const SKIP = ["EMPTY_ROW", "REPEATED_HEADER"] as const;
const REVIEW = ["INCOMPLETE_ROW", "EMAIL_BELONGS_TO_OTHER_ORG", "CONFUSABLE_NAME"] as const;
const WARNING = [
  "EMAIL_NORMALIZED",
  "NO_CONTACT",
  "MULTIPLE_EMAILS",
  "FORMULA_TEXT",
  "INVALID_NUMBER",
  "INVALID_PHONE",
  "INVALID_WEBSITE",
  "MISSING_COUNTRY",
  "MISPLACED_EMAIL",
  "INVISIBLE_CHARS_REMOVED",
  "MOJIBAKE_SUSPECTED",
  "SUPPRESSED_ADDRESS",
] as const;

/** Every code a row may carry. */
export const ROW_CODES = [...REJECT, ...SKIP, ...REVIEW, ...WARNING] as const;

/** One of the codes. */
export type RowCode = (typeof ROW_CODES)[number];

/** What makes a whole file unusable. */
export const FILE_PROBLEMS = [
  "UNTERMINATED_QUOTE",
  "EMPTY_FILE",
  "NO_ROWS",
  "NO_NAME_COLUMN",
  "DUPLICATE_COLUMN",
  "NOT_TEXT",
] as const;

/** One of the problems. */
export type FileProblem = (typeof FILE_PROBLEMS)[number];

const kinds = new Map<RowCode, "reject" | "skip" | "review">([
  ...REJECT.map((code): [RowCode, "reject"] => [code, "reject"]),
  ...SKIP.map((code): [RowCode, "skip"] => [code, "skip"]),
  ...REVIEW.map((code): [RowCode, "review"] => [code, "review"]),
]);

/** The verdict that a row's codes alone call for, the gravest first; undefined when they only warn. */
export function verdictOfCodes(codes: readonly RowCode[]): "reject" | "skip" | "review" | undefined {
  const called = new Set(codes.map((code) => kinds.get(code)));
  return (["skip", "reject", "review"] as const).find((verdict) => called.has(verdict));
}

/** What a row says of a contact: a name, an address, or both. */
export interface RowContact {
  name?: string;
  title?: string;
  email?: string;
  phone?: string;
  language?: string;
  notes?: string;
  source?: string;
  lawful_basis?: LawfulBasis;
  /** The list says that this person asked not to be written to. */
  opted_out?: boolean;
}

/** A row on its own: what it says, and what is wrong with it. */
export interface JudgedRow {
  row: number;
  codes: RowCode[];
  /** Undefined when there is no name that could stand. */
  organisation: ListedOrganisation | undefined;
  contacts: RowContact[];
}
