import type { Db } from "./db.js";

/** Gives every row of a table that belongs to one organisation to another; returns the ids of the rows. */
export async function giveRows(db: Db, table: string, from: string, to: string): Promise<string[]> {
  const rows = (await db(table)
    .where({ organisation_id: from })
    .update({ organisation_id: to })
    .returning("id")) as { id: string }[];
  return rows.map(({ id }) => id);
}

/** Gives these rows back, as far as they are still with `from`; returns how many. */
export async function giveBackRows(
  db: Db,
  table: string,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<number> {
  if (ids.length === 0) return 0;
  return db(table)
    .whereRaw("id = any(?::uuid[])", [[...ids]])
    .where({ organisation_id: from })
    .update({ organisation_id: to });
}
