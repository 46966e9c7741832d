import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import { AWAITS_YES } from "./queue-views.js";
import type { SequenceState } from "./sequence.js";

/** A sequence as a list shows it. */
export interface SequenceLine {
  id: string;
  name: string;
  state: SequenceState;
  /** Held as a whole: since when. */
  heldSince: Date | null;
  letter: string;
  version: number;
  steps: number;
  pending: number;
  active: number;
  paused: number;
  finished: number;
  /** Ended with a reply, a meeting or a signature. */
  answered: number;
  /** Mails that wait for somebody to approve them. */
  toApprove: number;
  createdBy: string | null;
  createdAt: Date;
  rowVersion: number;
}

const LINE = `q.id, q.name, q.state, l.slug as letter, v.number as version, f.name as "createdBy",
  q.created_at as "createdAt", q.row_version as "rowVersion",
  (select h.created_at from outreach_holds h where h.scope = 'sequence' and h.subject_id = q.id and h.ended_at is null) as "heldSince",
  (select count(*)::int from steps p where p.sequence_id = q.id and p.version = v.number) as steps,
  n.pending, n.active, n.paused, n.finished, n.answered,
  (select count(*)::int from enrolments e join messages m on m.enrolment_id = e.id
     where e.sequence_id = q.id and e.state <> 'finished' and ${AWAITS_YES}) as "toApprove"`;

function lines(ctx: Ctx) {
  return ctx
    .db("sequences as q")
    .join("letters as l", "l.id", "q.letter_id")
    .joinRaw(
      `join lateral (select max(number) as number from sequence_versions x where x.sequence_id = q.id) v on true
       join lateral (select count(*) filter (where e.state = 'pending')::int as pending,
         count(*) filter (where e.state = 'active')::int as active,
         count(*) filter (where e.state = 'paused')::int as paused,
         count(*) filter (where e.state = 'finished')::int as finished,
         count(*) filter (where e.state_reason in ('replied', 'meeting', 'signed'))::int as answered
       from enrolments e where e.sequence_id = q.id) n on true`,
    )
    .leftJoin("staff as f", "f.id", "q.created_by")
    .where("q.kind", "sequence")
    .select(ctx.db.raw(LINE));
}

/** Sequences, newest first, a page at a time. The caller checks who may see them. */
export async function listSequences(
  ctx: Ctx,
  page: { cursor?: string | undefined; limit: number },
): Promise<Page<SequenceLine>> {
  const query = lines(ctx)
    .orderByRaw("q.created_at desc, q.id desc")
    .limit(page.limit + 1);
  const start = readCursor(page.cursor);
  if (start) void query.whereRaw("(q.created_at, q.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as SequenceLine[];
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, next: rows.length > page.limit && last ? writeCursor(last.createdAt, last.id) : null };
}

/** One sequence as a list shows it. */
export async function sequenceLine(ctx: Ctx, id: string): Promise<SequenceLine | undefined> {
  return (await lines(ctx).where("q.id", id).first()) as SequenceLine | undefined;
}

/** Whether there is a mailbox with this id that mail can go out from. */
export async function mailboxExists(ctx: Ctx, id: string): Promise<boolean> {
  const row = (await ctx.db("mailboxes").where({ id }).whereNull("archived_at").first("id")) as unknown;
  return row !== undefined;
}

/** How many mails of each step of a version went out. */
export async function sentByStep(ctx: Ctx, sequenceId: string): Promise<Map<string, number>> {
  const rows = (await ctx
    .db("steps as p")
    .join("messages as m", "m.step_id", "p.id")
    .where("p.sequence_id", sequenceId)
    .where("m.state", "sent")
    .groupBy("p.step_key")
    .select("p.step_key as key", ctx.db.raw("count(*)::int as n"))) as { key: string; n: number }[];
  return new Map(rows.map((row) => [row.key, row.n]));
}
