import { mayDo } from "../team/permission.js";
import type { Ctx } from "../../platform/context.js";
import { listActivity, type ActivityLine } from "../activity/views.js";
import { repliesToRead, type InboundLine } from "../inbound/views.js";
import { pausedMailboxes, type PausedMailbox } from "../mail/mailbox-views.js";

/** A signature that waits for review. */
export interface WaitingSignature {
  id: string;
  organisationId: string;
  displayName: string;
  signatoryName: string;
  signatoryTitle: string;
  kind: "signature" | "pledge";
  since: Date;
}

/** A task nobody has done yet. */
export interface OpenTask {
  id: string;
  kind: string;
  organisationId: string | null;
  organisationName: string | null;
  dueAt: Date;
}

/** A message of which nobody knows whether it arrived. */
export interface UncertainMessage {
  id: string;
  toEmail: string;
  organisationId: string | null;
  organisationName: string | null;
  subject: string | null;
  since: Date;
}

/** A list of a dashboard: its first lines, and how many there are in all. */
export interface Waiting<T> {
  items: T[];
  total: number;
}

/** What waits for somebody, oldest first, and what happened last. A list the actor may not see is undefined. */
export interface Today {
  review: Waiting<WaitingSignature> | undefined;
  tasks: Waiting<OpenTask> | undefined;
  uncertain: Waiting<UncertainMessage> | undefined;
  /** What people wrote to us, and nobody has read. */
  replies: Waiting<InboundLine> | undefined;
  activity: ActivityLine[] | undefined;
  /** Mailboxes that stand still; empty also for those who may not see them. */
  paused: PausedMailbox[];
  /** What keeps all mail from going out, as the open task says; undefined when nothing does. */
  halt: { kind: "arm_sending" | "time_stepped"; reason: string | null } | undefined;
}

const SHOWN = 8;

/** The lists of the dashboard for one letter. Tasks and messages that belong to no letter are shown with each. */
export async function today(ctx: Ctx, letterId: string): Promise<Today> {
  const may = (permission: Parameters<typeof mayDo>[1]): boolean => mayDo(ctx.actor, permission);
  return {
    review: may("signatures:read") ? await waitingSignatures(ctx, letterId) : undefined,
    tasks: may("organisations:read") ? await openTasks(ctx, letterId) : undefined,
    uncertain: may("messages:read") ? await uncertainMessages(ctx, letterId) : undefined,
    replies: may("messages:read") ? await repliesToRead(ctx, letterId, SHOWN) : undefined,
    activity: may("organisations:read")
      ? (await listActivity(ctx, { letterId, limit: SHOWN })).items
      : undefined,
    paused: may("messages:read") ? await pausedMailboxes(ctx) : [],
    halt: may("messages:read") ? await sendingHalt(ctx) : undefined,
  };
}

async function sendingHalt(ctx: Ctx): Promise<Today["halt"]> {
  return ctx
    .db("tasks")
    .whereIn("kind", ["arm_sending", "time_stepped"])
    .whereNull("done_at")
    .first<{ kind: "arm_sending" | "time_stepped"; reason: string | null } | undefined>(
      "kind",
      ctx.db.raw("detail->>'reason' as reason"),
    );
}

async function waitingSignatures(ctx: Ctx, letterId: string): Promise<Waiting<WaitingSignature>> {
  const rows = await ctx
    .db("signatures")
    .where({ letter_id: letterId, state: "in_review" })
    .orderBy([{ column: "confirmed_at" }, { column: "id" }])
    .limit(SHOWN)
    .select<Counted<WaitingSignature>[]>(
      "id",
      "organisation_id as organisationId",
      "display_name as displayName",
      "signatory_name as signatoryName",
      "signatory_title as signatoryTitle",
      "kind",
      ctx.db.raw("coalesce(confirmed_at, submitted_at) as since"),
      ctx.db.raw("count(*) over () as total"),
    );
  return counted(rows);
}

async function openTasks(ctx: Ctx, letterId: string): Promise<Waiting<OpenTask>> {
  const rows = await ctx
    .db("tasks as t")
    .leftJoin("organisations as o", "o.id", "t.organisation_id")
    .whereNull("t.done_at")
    .whereRaw("(t.letter_id = ? or t.letter_id is null)", [letterId])
    .orderBy([{ column: "t.due_at" }, { column: "t.id" }])
    .limit(SHOWN)
    .select<Counted<OpenTask>[]>(
      "t.id",
      "t.kind",
      "t.organisation_id as organisationId",
      "o.name as organisationName",
      "t.due_at as dueAt",
      ctx.db.raw("count(*) over () as total"),
    );
  return counted(rows);
}

async function uncertainMessages(ctx: Ctx, letterId: string): Promise<Waiting<UncertainMessage>> {
  const rows = await ctx
    .db("messages as m")
    .leftJoin("organisations as o", "o.id", "m.organisation_id")
    .where("m.state", "uncertain")
    .whereRaw("(m.letter_id = ? or m.letter_id is null)", [letterId])
    .orderBy([{ column: "m.created_at" }, { column: "m.id" }])
    .limit(SHOWN)
    .select<Counted<UncertainMessage>[]>(
      "m.id",
      "m.to_email as toEmail",
      "m.organisation_id as organisationId",
      "o.name as organisationName",
      "m.subject",
      ctx.db.raw("coalesce(m.sending_at, m.created_at) as since"),
      ctx.db.raw("count(*) over () as total"),
    );
  return counted(rows);
}

type Counted<T> = T & { total: string };

function counted<T>(rows: Counted<T>[]): Waiting<T> {
  return {
    items: rows.map(({ total: _total, ...row }) => row as unknown as T),
    total: Number(rows[0]?.total ?? 0),
  };
}
