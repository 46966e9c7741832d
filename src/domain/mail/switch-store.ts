/** The row of the one switch: since when, by whom and why no outreach goes out. Its other columns belong to others. */
import type { Db } from "../../platform/db.js";

/** The switch as kept; a row that is not there is read as: not stopped. */
export interface SwitchRow {
  stopped_at: Date | null;
  stopped_by: string | null;
  stopped_reason: string | null;
}

/** The switch. */
export async function findSwitch(db: Db): Promise<SwitchRow | undefined> {
  return db<SwitchRow>("sending_control").first("stopped_at", "stopped_by", "stopped_reason");
}

/** Turns the switch. */
export async function setSwitch(db: Db, row: SwitchRow): Promise<void> {
  await db("sending_control")
    .insert({ id: true, ...row })
    .onConflict("id")
    .merge({ ...row, row_version: db.raw("sending_control.row_version + 1") });
}

/** Lets go on what the switch held at its commit point. Returns how many mails that were. */
export async function releaseHeldBy(db: Db, reason: string): Promise<number> {
  return db("messages")
    .where({ held_reason: reason })
    .update({ held_reason: null, row_version: db.raw("row_version + 1") });
}

/** Gives waiting outreach the time back that it lost since `stoppedAt`, so that a pause makes nothing expire. */
export async function giveTimeBack(db: Db, stoppedAt: Date, now: Date): Promise<void> {
  await db.raw(
    `update messages set expires_at = expires_at + (?::timestamptz - greatest(?::timestamptz, due_at))
     where purpose = 'outreach' and state in ('draft', 'approved', 'queued', 'blocked') and due_at < ?`,
    [now, stoppedAt, now],
  );
}
