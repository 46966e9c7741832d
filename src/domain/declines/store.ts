import type { Db } from "../../platform/db.js";
import type {
  Ask,
  AskAgain,
  DeclineCode,
  DeclineReason,
  DeclineSource,
  ReasonGroup,
} from "./decline-reason.js";

/** A decline as kept. */
export interface DeclineRow {
  id: string;
  letter_id: string;
  organisation_id: string;
  contact_id: string | null;
  invitation_id: string | null;
  reason_code: DeclineCode;
  contributing: DeclineCode[];
  source: DeclineSource;
  said_by: string | null;
  comment: string | null;
  revisit_on: string | null;
  next_ask: Ask | null;
  may_ask_again: AskAgain;
  decided_at: Date;
  recorded_by: string | null;
  created_at: Date;
  superseded_at: Date | null;
  row_version: number;
}

interface ReasonRow {
  code: DeclineCode;
  reason_group: ReasonGroup;
  next_ask: Ask | null;
  revisit_months: number | null;
}

/** The reasons that may be chosen now, in the order of the picker. */
export async function listReasons(db: Db): Promise<DeclineReason[]> {
  const rows = (await db("decline_reasons").whereNull("archived_at").orderBy("position")) as ReasonRow[];
  return rows.map((row) => ({
    code: row.code,
    group: row.reason_group,
    nextAsk: row.next_ask,
    revisitMonths: row.revisit_months,
  }));
}

/** Adds a decline; the index `declines_one_standing_idx` refuses a second standing one. */
export async function insertDecline(db: Db, row: DeclineRow): Promise<void> {
  await db<DeclineRow>("declines").insert(row);
}

/** The standing decline of an organisation, held until the transaction ends. */
export async function lockStandingDecline(
  db: Db,
  letterId: string,
  organisationId: string,
): Promise<DeclineRow | undefined> {
  return db<DeclineRow>("declines")
    .where({ letter_id: letterId, organisation_id: organisationId })
    .whereNull("superseded_at")
    .forUpdate()
    .first();
}

/** Lets a decline be replaced by a later answer; it stays on record. */
export async function setSuperseded(db: Db, id: string, at: Date): Promise<void> {
  await db("declines")
    .where({ id })
    .update({ superseded_at: at, row_version: db.raw("row_version + 1") });
}

/** A report that a contact is not the right person. */
export interface ContactReportRow {
  id: string;
  letter_id: string;
  contact_id: string;
  code: string;
  suggested_name: string | null;
  suggested_email: string | null;
  note: string | null;
  at: Date;
}

/** Adds a report; false when exactly this has been reported before. */
export async function insertContactReport(db: Db, row: ContactReportRow): Promise<boolean> {
  const { id: _id, at: _at, ...same } = row;
  const known: unknown = await db("contact_reports").where(same).first("id");
  if (known) return false;
  await db<ContactReportRow>("contact_reports").insert(row);
  return true;
}
