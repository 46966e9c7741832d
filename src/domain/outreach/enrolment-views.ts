import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { EnrolmentState } from "./enrolment.js";
import type { EnrolmentCandidate } from "./enrolment-plan.js";
import type { RecipientFacts } from "./mailing.js";
import {
  FACTS,
  PERSON,
  facts,
  listRecipients,
  type CandidateFilter,
  type FactRow,
  type PersonRow,
  type Recipient,
} from "./views.js";

/** A contact who could be enrolled, with all that decides it. */
export type EnrolmentRecipient = Recipient & EnrolmentCandidate;

/** Contacts who could go through a sequence about a letter, in the order of a list. */
export async function listEnrolmentRecipients(
  ctx: Ctx,
  letterId: string,
  filter: CandidateFilter,
): Promise<EnrolmentRecipient[]> {
  const recipients = await listRecipients(ctx, letterId, filter);
  const result = await ctx.db.raw<{ rows: Row[] }>(
    `select c.id,
       exists (select 1 from enrolments e where e.contact_id = c.id and e.kind = 'sequence' and e.state <> 'finished') as in_sequence,
       (select max(e.finished_at) from enrolments e where e.contact_id = c.id and e.kind = 'sequence'
          and e.letter_id = :letterId and e.state = 'finished'
          and exists (select 1 from messages m where m.enrolment_id = e.id and m.sending_at is not null)) as last_round_ended_at,
       exists (select 1 from enrolments e join contacts d on d.id = e.contact_id where d.organisation_id = c.organisation_id
          and d.id <> c.id and e.kind = 'sequence' and e.state <> 'finished') as organisation_active,
       exists (select 1 from outreach_holds h where h.ended_at is null and (h.until is null or h.until > :now)
          and ((h.scope = 'contact' and h.subject_id = c.id) or (h.scope = 'organisation' and h.subject_id = c.organisation_id)))
         as on_hold
     from contacts c where c.id = any (:ids::uuid[])`,
    { letterId, now: ctx.clock.now(), ids: recipients.map((recipient) => recipient.contactId) },
  );
  const rows = new Map(result.rows.map((row) => [row.id, row]));
  return recipients.map((recipient) => {
    const row = rows.get(recipient.contactId);
    return {
      ...recipient,
      inSequence: row?.in_sequence ?? false,
      lastRoundEndedAt: row?.last_round_ended_at ?? null,
      organisationActive: row?.organisation_active ?? false,
      onHold: row?.on_hold ?? false,
    };
  });
}

interface Row {
  id: string;
  in_sequence: boolean;
  last_round_ended_at: Date | null;
  organisation_active: boolean;
  on_hold: boolean;
}

/** How many mails wait to go out from a mailbox already; null: the mailbox of the settings. */
export async function queuedFrom(ctx: Ctx, mailboxId: string | null): Promise<number> {
  const row = (await ctx
    .db("messages")
    .where({ purpose: "outreach", state: "queued" })
    .whereRaw("mailbox_id is not distinct from ?::uuid", [mailboxId])
    .count("* as n")
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** The last rounds of some contacts in a sequence. */
export async function roundsOf(
  ctx: Ctx,
  sequenceId: string,
  contactIds: readonly string[],
): Promise<Map<string, number>> {
  const result = await ctx.db.raw<{ rows: { contact_id: string; round: number }[] }>(
    `select contact_id, max(round) as round from enrolments
     where sequence_id = ? and contact_id = any (?::uuid[]) group by contact_id`,
    [sequenceId, [...contactIds]],
  );
  return new Map(result.rows.map((row) => [row.contact_id, row.round]));
}

/** An enrolment as a list shows it. */
export interface EnrolmentLine {
  id: string;
  state: EnrolmentState;
  reason: string | null;
  pausedUntil: Date | null;
  sequenceId: string;
  sequenceName: string;
  version: number;
  round: number;
  language: string | null;
  contactId: string;
  contactName: string | null;
  organisationId: string;
  organisationName: string;
  /** Mails that went out. */
  sent: number;
  /** Steps of its version. */
  steps: number;
  /** The mail that waits: when it is due, and its state. */
  nextAt: Date | null;
  nextState: string | null;
  nextMessageId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
  rowVersion: number;
}

const LINE = `e.id, e.state, e.state_reason as reason, e.paused_until as "pausedUntil", e.sequence_id as "sequenceId",
  q.name as "sequenceName", e.version, e.round, e.language, c.id as "contactId", c.name as "contactName",
  o.id as "organisationId", o.name as "organisationName",
  (select count(*)::int from messages m where m.enrolment_id = e.id and m.state = 'sent') as sent,
  (select count(*)::int from steps p where p.sequence_id = e.sequence_id and p.version = e.version) as steps,
  n.due_at as "nextAt", n.state as "nextState", n.id as "nextMessageId", e.created_at as "createdAt",
  e.finished_at as "finishedAt", e.row_version as "rowVersion"`;

function lines(ctx: Ctx) {
  return ctx
    .db("enrolments as e")
    .join("sequences as q", "q.id", "e.sequence_id")
    .join("contacts as c", "c.id", "e.contact_id")
    .join("organisations as o", "o.id", "c.organisation_id")
    .joinRaw(
      `left join lateral (select m.id, m.due_at, m.state from messages m where m.enrolment_id = e.id
         and m.state in ('draft', 'approved', 'queued', 'claimed', 'blocked') order by m.created_at desc limit 1) n on true`,
    )
    .select(ctx.db.raw(LINE));
}

/** Which enrolments to list. */
export interface EnrolmentFilter {
  sequenceId?: string | undefined;
  organisationId?: string | undefined;
  contactId?: string | undefined;
  state?: EnrolmentState | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Enrolments in sequences, newest first, a page at a time. The caller checks who may see them. */
export async function listEnrolments(ctx: Ctx, filter: EnrolmentFilter): Promise<Page<EnrolmentLine>> {
  const query = lines(ctx)
    .where("e.kind", "sequence")
    .orderByRaw("e.created_at desc, e.id desc")
    .limit(filter.limit + 1);
  if (filter.sequenceId) void query.where("e.sequence_id", filter.sequenceId);
  if (filter.organisationId) void query.where("c.organisation_id", filter.organisationId);
  if (filter.contactId) void query.where("e.contact_id", filter.contactId);
  if (filter.state) void query.where("e.state", filter.state);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(e.created_at, e.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as EnrolmentLine[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return { items, next: rows.length > filter.limit && last ? writeCursor(last.createdAt, last.id) : null };
}

/** One enrolment as a list shows it. */
export async function enrolmentLine(ctx: Ctx, id: string): Promise<EnrolmentLine | undefined> {
  return (await lines(ctx).where("e.id", id).first()) as EnrolmentLine | undefined;
}

/** A batch of enrolments that was large enough to need a second person. */
export interface BatchLine {
  id: string;
  sequenceId: string;
  sequenceName: string;
  state: "waiting" | "approved" | "dropped";
  enrolled: number;
  leftOut: number;
  createdBy: string | null;
  createdById: string | null;
  byScript: boolean;
  createdAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
}

/** Batches, newest first; those of one sequence, or those that wait. */
export async function listBatches(
  ctx: Ctx,
  filter: { sequenceId?: string; id?: string; waiting?: boolean },
): Promise<BatchLine[]> {
  const query = ctx
    .db("enrolment_batches as b")
    .join("sequences as q", "q.id", "b.sequence_id")
    .leftJoin("staff as f", "f.id", "b.created_by")
    .leftJoin("staff as g", "g.id", "b.decided_by")
    .orderByRaw("b.created_at desc, b.id desc")
    .limit(100)
    .select(
      "b.id",
      "b.sequence_id as sequenceId",
      "q.name as sequenceName",
      "b.state",
      "b.enrolled",
      "b.left_out as leftOut",
      "f.name as createdBy",
      "b.created_by as createdById",
      "b.by_script as byScript",
      "b.created_at as createdAt",
      "g.name as decidedBy",
      "b.decided_at as decidedAt",
    );
  if (filter.id) void query.where("b.id", filter.id);
  if (filter.sequenceId) void query.where("b.sequence_id", filter.sequenceId);
  if (filter.waiting) void query.where("b.state", "waiting");
  return (await query) as BatchLine[];
}

/** A live enrolment with what the stop rules ask. */
export interface StoppableEnrolment {
  id: string;
  facts: RecipientFacts;
  rules: { colleague_ends?: boolean };
}

/** Live enrolments in sequences that a stop rule holds back now, oldest first. A one-off mail is asked when it is due, at once. */
export async function listStoppable(ctx: Ctx, limit: number): Promise<StoppableEnrolment[]> {
  const result = await ctx.db.raw<{
    rows: (FactRow & PersonRow & { id: string; rules: { colleague_ends?: boolean } })[];
  }>(
    `select * from (
       select e.id, v.rules, ${PERSON}, ${FACTS}
       from enrolments e join contacts c on c.id = e.contact_id join organisations o on o.id = c.organisation_id
         join sequences q on q.id = e.sequence_id join letters l on l.id = q.letter_id
         join sequence_versions v on v.sequence_id = e.sequence_id and v.number = e.version
       where e.kind = 'sequence' and e.state <> 'finished' and not exists (select 1 from messages m where m.enrolment_id = e.id
         and m.state in ('claimed', 'sending', 'uncertain'))
     ) f
     where f.signed or f.covered or f.declined or f.suppressed or f.contact_status <> 'active' or f.email is null
       or (f.answered_by_other and coalesce((f.rules->>'colleague_ends')::boolean, true))
       or f.letter_state not in ('gathering', 'open', 'paused')
     order by f.id limit ?`,
    [limit],
  );
  return result.rows.map((row) => ({ id: row.id, facts: facts(row, ctx.clock.now()), rules: row.rules }));
}

/** Ids of paused enrolments that nothing may hold any more: past their date, or their letter is open again. */
export async function listResumable(ctx: Ctx, limit: number): Promise<string[]> {
  return ctx
    .db("enrolments as e")
    .join("sequences as q", "q.id", "e.sequence_id")
    .join("letters as l", "l.id", "q.letter_id")
    .where("e.state", "paused")
    .where((query) => {
      void query.where("e.paused_until", "<=", ctx.clock.now()).orWhere((letter) => {
        void letter
          .where("e.state_reason", "letter_paused")
          .whereIn("l.state", ["gathering", "open"])
          .whereRaw(
            "not exists (select 1 from outreach_holds h where h.scope = 'letter' and h.subject_id = l.id and h.ended_at is null)",
          );
      });
    })
    .orderBy("e.id")
    .limit(limit)
    .pluck("e.id");
}
