import type { Db } from "../../platform/db.js";
import { TEN_LARGEST } from "./condition.js";
import type { SignatureState } from "./signature.js";
import type { SignatureRow } from "./store.js";

/**
 * The ten groups with most active satellites, by the newest figure of each of their organisations; the oldest date and
 * all sources of those figures stand beside the sum.
 */
const LARGEST = `
  with latest as (
    select distinct on (organisation_id) organisation_id, value, as_of, source
      from organisation_metrics where metric = 'active_satellites' and ended_at is null
     order by organisation_id, as_of desc, recorded_at desc, source)
  select coalesce(o.group_root_id, o.id) as organisation_id, sum(l.value) as value, min(l.as_of) as as_of,
         string_agg(distinct l.source, '; ') as source
    from latest l join organisations o on o.id = l.organisation_id
   group by 1 order by 2 desc, 1 limit ${TEN_LARGEST.pinned}`;

/** How many groups have a figure, ten at most. */
export async function countLargest(db: Db): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(
    `select count(*)::int as n from (${LARGEST}) as largest`,
  );
  return rows[0]?.n ?? 0;
}

/** Keeps the ten largest groups of this moment with a pledge; the list takes nothing back. */
export async function insertPeers(db: Db, signatureId: string, at: Date): Promise<void> {
  await db.raw(
    `insert into pledge_peers (signature_id, place, organisation_id, metric, value, as_of, source, pinned_at)
     select :signatureId::uuid, row_number() over (order by value desc, organisation_id), organisation_id,
            'active_satellites', value, as_of, source, :at::timestamptz
       from (${LARGEST}) as largest`,
    { signatureId, at },
  );
}

/** The pledges of a letter in these states, by id, each held until the transaction ends. */
export async function lockPledges(
  db: Db,
  letterId: string,
  states: readonly SignatureState[],
): Promise<SignatureRow[]> {
  return db<SignatureRow>("signatures")
    .where({ letter_id: letterId, kind: "pledge" })
    .whereIn("state", [...states])
    .orderBy("id")
    .select("*")
    .select(db.raw("to_char(condition_deadline, 'YYYY-MM-DD') as condition_deadline"))
    .forUpdate();
}

/** Keeps every published public signature of a letter as it is until the transaction ends: withdrawing waits. */
export async function shareFirm(db: Db, letterId: string): Promise<void> {
  await db("signatures")
    .where({ letter_id: letterId, kind: "signature", visibility: "public", state: "published" })
    .orderBy("id")
    .select("id")
    .forShare();
}
