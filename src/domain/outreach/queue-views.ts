import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";

/** A mail that waits for somebody to approve it. */
export interface QueueLine {
  id: string;
  subject: string;
  toEmail: string;
  toName: string | null;
  contactId: string;
  organisationId: string;
  organisationName: string;
  sequenceId: string;
  sequenceName: string;
  /** Which step, from 1, of how many. */
  position: number;
  steps: number;
  language: string;
  /** What is missing, or null. */
  reason: string | null;
  held: string | null;
  edited: boolean;
  dueAt: Date;
  createdAt: Date;
}

const STEPS =
  "(select count(*)::int from steps s where s.sequence_id = p.sequence_id and s.version = p.version) as steps";

/** The mails `m` that wait for somebody to approve them: drafts, and those whose country came to want it once they were queued. */
export const WAITS_FOR_APPROVAL =
  "(m.state = 'draft' or (m.state = 'queued' and m.held_reason = 'approve_first_contact'))";

const LINE = `m.id, coalesce(m.data->>'thread_subject', m.data->'edited'->>'subject', t.subject) as subject,
  m.to_email as "toEmail", m.to_name as "toName", m.contact_id as "contactId", o.id as "organisationId",
  o.name as "organisationName", q.id as "sequenceId", q.name as "sequenceName", p.position,
  ${STEPS},
  m.language, m.state_reason as reason, m.held_reason as held, m.data->'edited' is not null as edited,
  m.due_at as "dueAt", m.created_at as "createdAt"`;

/** What waits for a person's yes, of messages as m: drafts, and what the rule of a country held later on. */
export const AWAITS_YES =
  "(m.state = 'draft' or (m.state = 'queued' and m.held_reason = 'approve_first_contact'))";

/** Mails of sequences that wait for approval, the one due first on top, a page at a time. */
export async function listQueue(
  ctx: Ctx,
  filter: { sequenceId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<QueueLine>> {
  const query = ctx
    .db("messages as m")
    .join("steps as p", "p.id", "m.step_id")
    .join("sequences as q", "q.id", "p.sequence_id")
    .join("organisations as o", "o.id", "m.organisation_id")
    .joinRaw("join template_texts t on t.version_id = p.template_version_id and t.language = m.language")
    .whereRaw(WAITS_FOR_APPROVAL)
    .where("q.kind", "sequence")
    .orderByRaw("m.due_at, m.id")
    .limit(filter.limit + 1)
    .select(ctx.db.raw(LINE));
  if (filter.sequenceId) void query.where("q.id", filter.sequenceId);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(m.due_at, m.id) > (?, ?)", [start.at, start.id]);
  const rows = (await query) as QueueLine[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return { items, next: rows.length > filter.limit && last ? writeCursor(last.dueAt, last.id) : null };
}

/** A waiting mail with what is needed to show and to edit it. */
export interface WaitingMail {
  id: string;
  state: string;
  heldReason: string | null;
  data: Record<string, unknown>;
  language: string;
  dueAt: Date;
  enrolmentId: string;
  enrolmentState: string;
  sequenceId: string;
  version: number;
  kind: "one_off" | "sequence";
  position: number;
  /** How many steps the sequence has. */
  steps: number;
  contactId: string;
  country: string | null;
  timeZone: string | null;
}

/** One outreach mail by its id. */
export async function waitingMail(ctx: Ctx, id: string): Promise<WaitingMail | undefined> {
  return (await waitingMails(ctx, [id]))[0];
}

/** Some outreach mails by their ids, in no order. */
export async function waitingMails(ctx: Ctx, ids: readonly string[]): Promise<WaitingMail[]> {
  return (await ctx
    .db("messages as m")
    .join("steps as p", "p.id", "m.step_id")
    .join("sequences as q", "q.id", "p.sequence_id")
    .join("organisations as o", "o.id", "m.organisation_id")
    .join("enrolments as e", "e.id", "m.enrolment_id")
    .join("contacts as c", "c.id", "m.contact_id")
    .whereIn("m.id", [...ids])
    .select(
      "m.id",
      "m.state",
      "m.held_reason as heldReason",
      "m.data",
      "m.language",
      "m.due_at as dueAt",
      "m.enrolment_id as enrolmentId",
      "e.state as enrolmentState",
      "q.id as sequenceId",
      "p.version",
      "q.kind",
      "p.position",
      ctx.db.raw(STEPS),
      "m.contact_id as contactId",
      "o.country",
      "c.time_zone as timeZone",
    )) as WaitingMail[];
}
