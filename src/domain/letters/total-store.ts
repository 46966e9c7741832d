import type { Db } from "../../platform/db.js";

/** All there is of something, of which the coverage of a letter is a share. */
export interface TotalRow {
  id: string;
  letter_id: string;
  metric: "active_satellites";
  value: string | number;
  /** The day on which it held. */
  as_of: string;
  source: string;
  source_url: string | null;
  recorded_at: Date;
  recorded_by: string | null;
  /** When staff took it off the page. */
  ended_at: Date | null;
}

/** Keeps a total; the earlier ones stay. */
export async function insertTotal(db: Db, row: TotalRow): Promise<void> {
  await db<TotalRow>("letter_totals").insert(row);
}

/** Takes every total of a letter off its page; returns how many stood. */
export async function endTotals(db: Db, letterId: string, at: Date): Promise<number> {
  return db<TotalRow>("letter_totals")
    .where({ letter_id: letterId })
    .whereNull("ended_at")
    .update({ ended_at: at });
}

/** The totals of a letter, the latest recorded first. */
export async function listTotals(db: Db, letterId: string, limit: number): Promise<TotalRow[]> {
  return db<TotalRow>("letter_totals")
    .where({ letter_id: letterId })
    .orderByRaw("(ended_at is not null), recorded_at desc, id desc")
    .limit(limit);
}
