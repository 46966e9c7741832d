import type { ListedOrganisation } from "../organisations/organisation.js";
import type { Db } from "../../platform/db.js";
import type { ColumnMapping } from "./header-mapping.js";
import type { RowMatch } from "./decide-row.js";
import type { RowDiff } from "./row-diff.js";
import type { RowCode, RowContact, Verdict } from "./row.js";

/** How far an import has come. */
export type ImportState = "reading" | "checked" | "applying" | "applied" | "refused";

/** How the list is to be taken over. */
export interface ImportPlan {
  header: string[];
  mapping: ColumnMapping;
  encoding: string;
  delimiter: string;
  /** What the contacts' lawful basis is where the list does not say. */
  lawful_basis?: string;
}

/** How many rows have each verdict and carry each code, and what applying has done so far. */
export interface ImportCounts {
  rows: number;
  verdicts: Partial<Record<Verdict, number>>;
  codes: Partial<Record<RowCode, number>>;
  applied?: {
    organisations_added: number;
    organisations_changed: number;
    contacts_added: number;
    contacts_changed: number;
  };
}

/** An import as kept. */
export interface ImportRow {
  id: string;
  letter_id: string | null;
  file_name: string;
  file_hash: Buffer;
  state: ImportState;
  problem: string | null;
  problem_detail: Record<string, unknown>;
  mapping: ImportPlan;
  counts: ImportCounts;
  applied_rows: number;
  created_by: string | null;
  created_at: Date;
  applied_at: Date | null;
  row_version: number;
}

/** A row of the list as kept. */
export interface ImportLineRow {
  import_id: string;
  row_number: number;
  verdict: Verdict;
  codes: RowCode[];
  /** Without a name when the row has none that could stand. */
  organisation: Partial<ListedOrganisation>;
  contacts: RowContact[];
  match: RowMatch | null;
  diff: RowDiff | null;
  raw: string[];
  organisation_id: string | null;
  applied_at: Date | null;
}

/** Adds an import. */
export async function insertImport(db: Db, row: ImportRow): Promise<void> {
  await db("imports").insert({
    ...row,
    problem_detail: JSON.stringify(row.problem_detail),
    mapping: JSON.stringify(row.mapping),
    counts: JSON.stringify(row.counts),
  });
}

/** Takes an import away with its rows, as if the file had never been read. */
export async function deleteImport(db: Db, id: string): Promise<void> {
  await db("imports").where({ id }).delete();
}

/** Takes away imports whose reading was cut off by a crash: those still "reading" since before `before`. */
export async function deleteCutOffImports(db: Db, before: Date): Promise<void> {
  await db("imports").where({ state: "reading" }).where("created_at", "<", before).delete();
}

/** An import by id. */
export async function findImport(db: Db, id: string): Promise<ImportRow | undefined> {
  return db<ImportRow>("imports").where({ id }).first();
}

/** An import by id, held until the transaction ends, so that two never apply the same rows. */
export async function lockImport(db: Db, id: string): Promise<ImportRow | undefined> {
  return db<ImportRow>("imports").where({ id }).forUpdate().first();
}

/** Changes an import and counts its version up. */
export async function setImport(
  db: Db,
  id: string,
  change: Partial<Pick<ImportRow, "state" | "counts" | "applied_rows" | "applied_at">>,
): Promise<void> {
  await db("imports")
    .where({ id })
    .update({
      ...change,
      ...(change.counts ? { counts: JSON.stringify(change.counts) } : {}),
      row_version: db.raw("row_version + 1"),
    });
}

/** Adds rows of a list in one statement. */
export async function insertImportRows(
  db: Db,
  importId: string,
  rows: readonly Omit<ImportLineRow, "import_id" | "organisation_id" | "applied_at">[],
): Promise<void> {
  if (rows.length === 0) return;
  await db.raw(
    `insert into import_rows (import_id, row_number, verdict, codes, organisation, contacts, match, diff, raw)
     select ?::uuid, r.row_number, r.verdict, array(select jsonb_array_elements_text(r.codes)), r.organisation,
            r.contacts, nullif(r.match, 'null'), nullif(r.diff, 'null'), r.raw
     from jsonb_to_recordset(?::jsonb) as r(row_number integer, verdict text, codes jsonb, organisation jsonb,
            contacts jsonb, match jsonb, diff jsonb, raw jsonb)`,
    [importId, JSON.stringify(rows)],
  );
}

/** The next rows that are to be applied and are not yet, in the order of the file. */
export async function listRowsToApply(db: Db, importId: string, limit: number): Promise<ImportLineRow[]> {
  return db<ImportLineRow>("import_rows")
    .where({ import_id: importId, applied_at: null })
    .whereIn("verdict", ["create", "update"])
    .orderBy("row_number")
    .limit(limit);
}

/** Which organisations these rows of an import have become. */
export async function findRowOrganisations(
  db: Db,
  importId: string,
  rows: readonly number[],
): Promise<Map<number, string>> {
  const found = (await db("import_rows")
    .where({ import_id: importId })
    .whereRaw("row_number = any(?)", [[...rows]])
    .whereNotNull("organisation_id")
    .select("row_number", "organisation_id")) as { row_number: number; organisation_id: string }[];
  return new Map(found.map((row) => [row.row_number, row.organisation_id]));
}

/** Notes that rows were applied, and to which organisations. */
export async function setRowsApplied(
  db: Db,
  importId: string,
  rows: readonly { row: number; organisationId: string }[],
  at: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await db.raw(
    `update import_rows as r set organisation_id = a.organisation_id, applied_at = ?
     from unnest(?::integer[], ?::uuid[]) as a(row_number, organisation_id)
     where r.import_id = ? and r.row_number = a.row_number`,
    [at, rows.map(({ row }) => row), rows.map(({ organisationId }) => organisationId), importId],
  );
}
