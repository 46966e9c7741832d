import type { Db } from "../../platform/db.js";
import type { Unconfirmed } from "./entry-report.js";

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
  /** When staff were told of it. */
  told_at: Date | null;
  network_hash: Buffer | null;
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
    .update({
      confirmed_at: at,
      suspended_at: suspended ? at : null,
      told_at: db.raw("coalesce(told_at, ?)", [at]),
    });
}

/** How many reports since a moment nobody has confirmed: of an address, of a network, about an entry. */
export async function unconfirmedSince(
  db: Db,
  report: Pick<EntryReportRow, "address_hash" | "network_hash" | "letter_id" | "entry_name">,
  since: Date,
): Promise<Unconfirmed> {
  const { rows } = (await db.raw(
    `select count(*) filter (where address_hash = :address)::int as address,
            count(*) filter (where network_hash = :network)::int as network,
            count(*) filter (where letter_id = :letter and lower(entry_name) = lower(:entry))::int as entry
       from entry_reports
      where at > :since and confirmed_at is null
        and (address_hash = :address or network_hash = :network
          or letter_id = :letter and lower(entry_name) = lower(:entry))`,
    {
      address: report.address_hash,
      network: report.network_hash,
      letter: report.letter_id,
      entry: report.entry_name,
      since,
    },
  )) as { rows: [Unconfirmed] };
  return rows[0];
}

/** Forgets the networks of reports from before a moment; returns how many. */
export async function forgetReportNetworks(db: Db, before: Date): Promise<number> {
  return db("entry_reports")
    .where("at", "<", before)
    .whereNotNull("network_hash")
    .update({ network_hash: null });
}

/** Takes a person out of the reports they made; that there was one stays. */
export async function wipeReporter(db: Db, addressHash: Buffer): Promise<void> {
  await db("entry_reports").where({ address_hash: addressHash }).update({
    reporter_name: null,
    reporter_role: null,
    reporter_email: null,
    said: null,
    network_hash: null,
  });
}

/** Takes the persons out of all reports about the entries of a letter; that there were some stays. */
export async function wipeReportsOf(db: Db, letterId: string): Promise<void> {
  await db("entry_reports").where({ letter_id: letterId }).update({
    reporter_name: null,
    reporter_role: null,
    reporter_email: null,
    said: null,
    network_hash: null,
  });
}
