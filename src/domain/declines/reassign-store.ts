import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";

/** Lets a standing decline end where the other organisation has one under the same letter; returns what ended. */
export async function endDoubleDeclines(db: Db, from: string, to: string, at: Date): Promise<string[]> {
  const rows = (await db("declines as d")
    .where({ "d.organisation_id": from })
    .whereNull("d.superseded_at")
    .whereRaw(
      `exists (select 1 from declines o where o.letter_id = d.letter_id and o.organisation_id = ? and o.superseded_at is null)`,
      [to],
    )
    .update({ superseded_at: at })
    .returning("d.id")) as { id: string }[];
  return rows.map(({ id }) => id);
}

/** Lets declines stand again that ended at a merge. */
export async function reviveDeclines(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db("declines")
    .whereRaw("id = any(?::uuid[])", [[...ids]])
    .update({ superseded_at: null });
}

/** Gives the declines of one organisation to another; returns their ids. */
export async function giveDeclines(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "declines", from, to);
}

/** Gives these declines back. */
export async function giveBackDeclines(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "declines", ids, from, to);
}
