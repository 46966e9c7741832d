import type { Db } from "../../platform/db.js";

/** What a letter asks for before a signature goes onto its page. */
export interface RequirementsRow {
  required_checks: string[];
  two_officers: boolean;
}

/** What a letter asks for; undefined for an unknown letter. */
export async function findRequirements(db: Db, letterId: string): Promise<RequirementsRow | undefined> {
  return (await db("letters").where({ id: letterId }).first("required_checks", "two_officers")) as
    RequirementsRow | undefined;
}

/** Writes what a letter asks for if its version is still this one. Returns whether it was. */
export async function setRequirements(
  db: Db,
  letterId: string,
  rowVersion: number | undefined,
  change: Partial<RequirementsRow>,
): Promise<boolean> {
  const query = db("letters").where({ id: letterId });
  if (rowVersion !== undefined) void query.where({ row_version: rowVersion });
  return (await query.update({ ...change, row_version: db.raw("row_version + 1") })) === 1;
}
