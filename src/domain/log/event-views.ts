import type { Ctx } from "../../platform/context.js";
import { AMENDING_ACTIONS, LEAVING, LOGGED_LETTER_STATES } from "./event.js";
import type { LeafRow } from "./store.js";

/** Something that happened and has no leaf yet. */
export interface PendingEvent {
  source_kind: LeafRow["source_kind"];
  source_id: string;
  source_part: string;
  letter_id: string;
  subject_id: string | null;
  at: Date;
  /** The state it led to, the language of a text, or the kind of a notice. */
  what: string;
  detail: Record<string, string> | null;
}

/** A letter whose log is open to all: it stands at its public address, or did once. */
const PUBLIC_LETTER = `(l.state in ('open', 'paused', 'closed', 'delivered', 'answered', 'concluded', 'archived')
  or (l.state in ('withdrawn_by_sponsor', 'removed') and l.opened_at is not null))`;

/** Whether a signature may be named, or was. */
const NAMED = `(s.visibility = 'public' and s.kind = 'signature')`;

function list(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}

function lacksLeaf(kind: LeafRow["source_kind"], id: string, part = "''"): string {
  return `not exists (select from log_leaves x where x.source_kind = '${kind}' and x.source_id = ${id} and x.source_part = ${part})`;
}

/** Every event without a leaf. Each is found by what it lacks, so that one that commits late is found when it is there. */
const PENDING = `
  select 'text' as source_kind, v.id as source_id, t.language || ' ' || encode(t.content_hash, 'hex') as source_part,
         v.letter_id, null::uuid as subject_id, v.created_at as at, t.language as what,
         jsonb_build_object('version', v.number::text, 'material', v.material::text, 'text', encode(t.content_hash, 'hex')) as detail
    from letter_translations t join letter_versions v on v.id = t.version_id join letters l on l.id = v.letter_id
   where ${PUBLIC_LETTER} and ${lacksLeaf("text", "v.id", "t.language || ' ' || encode(t.content_hash, 'hex')")}
  union all
  select 'letter', a.id, '', a.letter_id, null, a.at, a.detail ->> 'to', null
    from activity a join letters l on l.id = a.letter_id
   where a.action = 'letter.state_changed' and a.detail ->> 'to' in (${list(LOGGED_LETTER_STATES)})
     and ${PUBLIC_LETTER} and ${lacksLeaf("letter", "a.id")}
  union all
  select 'signature', h.id, '', s.letter_id, s.id, h.at, h.to_state, null
    from signature_history h join signatures s on s.id = h.signature_id join letters l on l.id = s.letter_id
   where (h.to_state in ('published', 'withdrawn') or h.from_state in ('published', 'needs_reaffirmation'))
     and (h.to_state in ('published', 'withdrawn')
          or (h.from_state in (${list(LEAVING.from)}) and h.to_state not in (${list(LEAVING.notTo)}))
          or (h.from_state in (${list(LEAVING.from)}) and h.to_state in (${list(LEAVING.unlessPublished)})
              and not exists (select from signature_history n where n.signature_id = h.signature_id
                and n.from_state = h.to_state and n.to_state = 'published' and n.at >= h.at)))
     and ${NAMED} and ${PUBLIC_LETTER} and ${lacksLeaf("signature", "h.id")}
  union all
  select 'amendment', a.id, '', s.letter_id, s.id, a.at, 'amended', null
    from activity a join signatures s on s.id = a.subject_id join letters l on l.id = s.letter_id
   where a.action in (${list(AMENDING_ACTIONS)}) and ${NAMED} and ${PUBLIC_LETTER}
     and exists (select from log_leaves x where x.subject_id = s.id) and ${lacksLeaf("amendment", "a.id")}
  union all
  select 'notice', n.id, '', n.letter_id, null, n.at, n.kind, n.detail
    from log_notices n join letters l on l.id = n.letter_id
   where ${PUBLIC_LETTER} and ${lacksLeaf("notice", "n.id")}`;

/** The letters that have such events, and since when the oldest of them waits. */
export async function lettersWithEvents(ctx: Ctx): Promise<{ letterId: string; since: Date; n: number }[]> {
  const { rows } = await ctx.db.raw<{ rows: { letter_id: string; since: Date; n: number }[] }>(
    `select letter_id, min(at) as since, count(*)::int as n from (${PENDING}) as waiting group by letter_id order by letter_id`,
  );
  return rows.map((row) => ({ letterId: row.letter_id, since: row.since, n: row.n }));
}

/** How many events of one letter have no leaf, and since when the oldest of them waits. */
export async function waitingEvents(
  ctx: Ctx,
  letterId: string,
): Promise<{ n: number; since: Date | undefined }> {
  const { rows } = await ctx.db.raw<{ rows: { since: Date | null; n: number }[] }>(
    `select min(at) as since, count(*)::int as n from (${PENDING}) as waiting where letter_id = ?`,
    [letterId],
  );
  return { n: rows[0]?.n ?? 0, since: rows[0]?.since ?? undefined };
}

/** The events of one letter without a leaf, in the order in which they happened. */
export async function pendingEvents(ctx: Ctx, letterId: string, limit: number): Promise<PendingEvent[]> {
  const { rows } = await ctx.db.raw<{ rows: PendingEvent[] }>(
    `select * from (${PENDING}) as waiting where letter_id = ?
      order by at, case source_kind when 'text' then 0 when 'letter' then 1 else 2 end, source_id, source_part limit ?`,
    [letterId, limit],
  );
  return rows;
}

/** What the leaf of a signature says. */
export interface SignatureFacts {
  id: string;
  display_name: string;
  country: string;
  sector: string;
  signatory_name: string;
  signatory_title: string;
  signed_at: Date;
  withdrawn_at: Date | null;
  text: string;
  version: number;
}

/** These signatures, as far as the log speaks of them. */
export async function signatureFacts(ctx: Ctx, ids: readonly string[]): Promise<Map<string, SignatureFacts>> {
  const rows = (await ctx
    .db("signatures as s")
    .join("letter_versions as v", "v.id", "s.version_id")
    .whereIn("s.id", [...new Set(ids)])
    .select("s.id", "s.display_name", "s.country", "s.sector", "s.signatory_name", "s.signatory_title")
    .select("s.withdrawn_at", "v.number as version")
    .select(
      ctx.db.raw("coalesce(s.confirmed_at, s.submitted_at) as signed_at"),
      ctx.db.raw("encode(s.content_hash, 'hex') as text"),
    )) as SignatureFacts[];
  return new Map(rows.map((row) => [row.id, row]));
}
