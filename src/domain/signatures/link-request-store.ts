import type { Db } from "../../platform/db.js";

/** A wish for a lost link as it waits for the worker. */
export interface LinkRequestRow {
  id: string;
  letter_id: string;
  address_hash: Buffer;
  /** The address that was typed, encrypted. */
  sealed: Buffer;
  requested_at: Date;
}

/** Keeps a wish; the same one is kept once. */
export async function insertLinkRequest(db: Db, row: LinkRequestRow): Promise<void> {
  await db("link_requests").insert(row).onConflict(["letter_id", "address_hash"]).ignore();
}

/** Takes wishes off the list, the oldest first, so that no other worker takes them. */
export async function takeLinkRequests(db: Db, limit: number): Promise<LinkRequestRow[]> {
  const { rows } = (await db.raw(
    `delete from link_requests where id in (
       select id from link_requests order by requested_at, id limit ? for update skip locked)
     returning *`,
    [limit],
  )) as { rows: LinkRequestRow[] };
  return rows;
}

/** Takes the wishes for a letter's links off the list, unanswered. */
export async function deleteLinkRequestsOf(db: Db, letterId: string): Promise<void> {
  await db("link_requests").where({ letter_id: letterId }).delete();
}
