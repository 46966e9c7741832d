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

/** What waits under a letter for somebody at an address: entries to be confirmed, and officers who are asked. */
export async function listAwaited(
  db: Db,
  letterId: string,
  email: string,
): Promise<
  { id: string; signature_id: string; organisation_id: string | null; kind: "confirm" | "attest" }[]
> {
  const { rows } = (await db.raw(
    `select s.id, s.id as signature_id, s.organisation_id, 'confirm' as kind from signatures s
      where s.letter_id = :letter and s.state = 'submitted'
        and lower(coalesce(s.submitter_email, s.signatory_email)) = lower(:email)
     union all
     select o.id, s.id, s.organisation_id, 'attest' from signature_officers o join signatures s on s.id = o.signature_id
      where s.letter_id = :letter and s.state = 'awaiting_authority' and o.state = 'asked' and lower(o.email) = lower(:email)
     limit 20`,
    { letter: letterId, email },
  )) as { rows: Awaited<ReturnType<typeof listAwaited>> };
  return rows;
}

/** Takes the wishes for a letter's links off the list, unanswered. */
export async function deleteLinkRequestsOf(db: Db, letterId: string): Promise<void> {
  await db("link_requests").where({ letter_id: letterId }).delete();
}
