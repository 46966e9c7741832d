import type { Db } from "../../platform/db.js";

/** How reading a mailbox stands. */
export type ReadingState = "new" | "reading" | "waiting" | "paused";

/** How far a mailbox has been read, and by whom. */
export interface CursorRow {
  mailbox_id: string;
  since: Date;
  uid_validity: number | null;
  last_uid: number;
  lease_token: string | null;
  lease_until: Date | null;
  state: ReadingState;
  state_reason: string | null;
  paused_settings: Buffer | null;
  last_read_at: Date | null;
}

/** Puts a cursor there for a mailbox that has none. */
export async function ensureCursor(db: Db, mailboxId: string, since: Date): Promise<void> {
  await db("inbound_cursors").insert({ mailbox_id: mailboxId, since }).onConflict("mailbox_id").ignore();
}

/** A mailbox's cursor. */
export async function findCursor(db: Db, mailboxId: string): Promise<CursorRow | undefined> {
  return db<CursorRow>("inbound_cursors").where({ mailbox_id: mailboxId }).first();
}

/** Takes the lease where nobody holds it; the cursor as it is then, or undefined. */
export async function takeLease(
  db: Db,
  mailboxId: string,
  lease: { token: string; now: Date; until: Date },
): Promise<CursorRow | undefined> {
  const [row] = await db<CursorRow>("inbound_cursors")
    .where({ mailbox_id: mailboxId })
    .whereRaw("(lease_until is null or lease_until <= ?)", [lease.now])
    .update({ lease_token: lease.token, lease_until: lease.until })
    .returning("*");
  return row;
}

/** Changes a cursor under its lease; false when somebody else holds it by now. */
export async function setLeased(
  db: Db,
  mailboxId: string,
  token: string,
  change: Partial<CursorRow>,
): Promise<boolean> {
  const changed = await db<CursorRow>("inbound_cursors")
    .where({ mailbox_id: mailboxId, lease_token: token })
    .update(change);
  return changed > 0;
}

/** Changes a cursor whoever holds its lease. */
export async function setCursor(db: Db, mailboxId: string, change: Partial<CursorRow>): Promise<boolean> {
  return (await db<CursorRow>("inbound_cursors").where({ mailbox_id: mailboxId }).update(change)) > 0;
}
