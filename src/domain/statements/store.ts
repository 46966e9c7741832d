import type { Db } from "../../platform/db.js";
import type { StatementKind, StatementState } from "./statement.js";

/** A statement as kept. */
export interface StatementRow {
  id: string;
  signature_id: string;
  kind: StatementKind;
  /** Which clause a reservation is about; null for every other kind. */
  clause: number | null;
  /** The words, or a name; null for a logo. */
  body: string | null;
  language: string;
  state: StatementState;
  /** Why it was not approved, in words that the signatory reads. */
  note: string | null;
  logo: Buffer | null;
  logo_hash: Buffer | null;
  logo_type: "image/png" | null;
  logo_width: number | null;
  logo_height: number | null;
  terms_version: number | null;
  terms_language: string | null;
  terms_agreed_at: Date | null;
  submitted_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
  ended_at: Date | null;
  row_version: number;
}

/** What a step may change beside the state. */
export type StatementChange = Partial<
  Pick<StatementRow, "note" | "logo" | "decided_at" | "decided_by" | "ended_at">
>;

/** Adds a statement. */
export async function insertStatement(db: Db, row: StatementRow): Promise<void> {
  await db("signature_statements").insert(row);
}

/** A statement by its id. */
export async function findStatement(db: Db, id: string): Promise<StatementRow | undefined> {
  return db<StatementRow>("signature_statements").where({ id }).first();
}

/** The same, held until the transaction ends. */
export async function lockStatement(db: Db, id: string): Promise<StatementRow | undefined> {
  return db<StatementRow>("signature_statements").where({ id }).forUpdate().first();
}

/** The statements of one kind, and of one clause where it has any, that are not over; held until the transaction ends. */
export async function lockStandingStatements(
  db: Db,
  signatureId: string,
  kind: StatementKind,
  clause: number | null,
): Promise<StatementRow[]> {
  return db<StatementRow>("signature_statements")
    .where({ signature_id: signatureId, kind, clause })
    .whereNull("ended_at")
    .orderBy("submitted_at")
    .forUpdate();
}

/** Moves a statement on and raises its version. */
export async function setStatementState(
  db: Db,
  id: string,
  state: StatementState,
  change: StatementChange,
): Promise<void> {
  await db("signature_statements")
    .where({ id })
    .update({ ...change, state, row_version: db.raw("row_version + 1") });
}

/** The terms of a version in a language, or in English where they are not in that. */
export async function findTerms(
  db: Db,
  version: number,
  language: string,
): Promise<{ version: number; language: string } | undefined> {
  return db("logo_terms")
    .where({ version })
    .whereIn("language", [language, "en"])
    .orderByRaw("(language = ?) desc", [language])
    .first("version", "language") as Promise<{ version: number; language: string } | undefined>;
}

/** Takes away what staff wrote to signatories about their statements; what was said and decided stays. */
export async function wipeNotes(db: Db, signatureIds: readonly string[]): Promise<void> {
  await db("signature_statements")
    .whereIn("signature_id", [...signatureIds])
    .whereNotNull("note")
    .update({ note: null });
}
