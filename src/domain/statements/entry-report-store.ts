import type { Db } from "../../platform/db.js";

/** A report about an entry as kept. */
export interface EntryReportRow {
  id: string;
  letter_id: string;
  signature_id: string | null;
  entry_name: string;
  reporter_name: string | null;
  reporter_role: string | null;
  reporter_email: string | null;
  address_hash: Buffer;
  said: string | null;
  language: string;
  at: Date;
  confirmed_at: Date | null;
  suspended_at: Date | null;
}

/** Adds a report. */
export async function insertReport(db: Db, row: EntryReportRow): Promise<void> {
  await db("entry_reports").insert(row);
}

/** A report by its id. */
export async function findReport(db: Db, id: string): Promise<EntryReportRow | undefined> {
  return db<EntryReportRow>("entry_reports").where({ id }).first();
}

/** Notes that a report was confirmed, and whether it suspended the entry. */
export async function setReportConfirmed(db: Db, id: string, at: Date, suspended: boolean): Promise<void> {
  await db("entry_reports")
    .where({ id })
    .update({ confirmed_at: at, suspended_at: suspended ? at : null });
}

/** How many reports came from an address since a moment. */
export async function reportsSince(db: Db, addressHash: Buffer, since: Date): Promise<number> {
  const row = (await db("entry_reports")
    .where({ address_hash: addressHash })
    .where("at", ">", since)
    .select(db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** Takes a person out of the reports they made; that there was one stays. */
export async function wipeReporter(db: Db, addressHash: Buffer): Promise<void> {
  await db("entry_reports")
    .where({ address_hash: addressHash })
    .update({ reporter_name: null, reporter_role: null, reporter_email: null, said: null });
}

/** Takes the persons out of all reports about the entries of a letter; that there were some stays. */
export async function wipeReportsOf(db: Db, letterId: string): Promise<void> {
  await db("entry_reports")
    .where({ letter_id: letterId })
    .update({ reporter_name: null, reporter_role: null, reporter_email: null, said: null });
}
