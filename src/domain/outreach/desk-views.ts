/** Reads for the pages of sequences: figures, counts and names that the lists of the use cases don't carry. */
import type { Ctx } from "../../platform/context.js";
import { AWAITS_YES } from "./queue-views.js";

/** What a list of sequences shows beside the line of each. */
export interface SequenceFigures {
  /** Contacts who wrote back. */
  replied: number;
  /** Mails that failed, are uncertain or lack a value. */
  trouble: number;
  /** When the next mail is due; null: none waits. */
  nextAt: Date | null;
}

/** The figures of some sequences, by id. The caller checks who may see them. */
export async function sequenceFigures(
  ctx: Ctx,
  ids: readonly string[],
): Promise<Map<string, SequenceFigures>> {
  const rows = (await ctx
    .db("sequences as q")
    .whereIn("q.id", [...ids])
    .joinRaw(
      `left join lateral (select count(*) filter (where m.state in ('failed', 'uncertain', 'blocked'))::int as trouble,
         min(m.due_at) filter (where m.state in ('approved', 'queued') and m.held_reason is null) as next_at
       from enrolments e join messages m on m.enrolment_id = e.id where e.sequence_id = q.id) n on true`,
    )
    .select(
      "q.id",
      "n.trouble",
      "n.next_at as nextAt",
      ctx.db.raw(
        `(select count(*)::int from enrolments e where e.sequence_id = q.id and e.state_reason = 'replied') as replied`,
      ),
    )) as (SequenceFigures & { id: string })[];
  return new Map(rows.map(({ id, ...figures }) => [id, figures]));
}

/** How one step does, over all versions of its sequence. */
export interface StepFigures {
  sent: number;
  /** Mails that a server refused for good, and enrolments that a bounce after this mail ended. */
  bounced: number;
  /** Contacts who wrote back after this mail and before the next. */
  replied: number;
  /** Organisations that signed after this mail and before the next. */
  signed: number;
}

/** How the steps of a sequence do, by step key. The caller checks who may see them. */
export async function stepFigures(ctx: Ctx, sequenceId: string): Promise<Map<string, StepFigures>> {
  const result = await ctx.db.raw<{ rows: (StepFigures & { key: string })[] }>(
    `select p.step_key as key,
       count(*) filter (where m.state = 'sent')::int as sent,
       count(*) filter (where m.state = 'failed' or (x.last and e.state_reason = 'bounced'))::int as bounced,
       count(*) filter (where x.last and e.state_reason in ('replied', 'meeting'))::int as replied,
       count(*) filter (where x.last and e.state_reason = 'signed')::int as signed
     from steps p join messages m on m.step_id = p.id join enrolments e on e.id = m.enrolment_id
       cross join lateral (select m.state = 'sent' and e.state = 'finished' and not exists (select 1 from messages n
         where n.enrolment_id = e.id and n.state = 'sent' and n.created_at > m.created_at) as last) x
     where p.sequence_id = ? group by p.step_key`,
    [sequenceId],
  );
  return new Map(result.rows.map(({ key, ...figures }) => [key, figures]));
}

/** A contact as somebody chooses it by name. */
export interface FoundContact {
  id: string;
  name: string | null;
  email: string | null;
  organisationId: string;
  organisationName: string;
  country: string | null;
  language: string | null;
  /** Its own, where one is known. */
  timeZone: string | null;
}

const FOUND = [
  "c.id",
  "c.name",
  "c.email",
  "o.id as organisationId",
  "o.name as organisationName",
  "o.country",
  "c.language",
  "c.time_zone as timeZone",
] as const;

/** Contacts whose name or organisation holds some words; without words the first ones. The caller checks who may see them. */
export async function findContacts(ctx: Ctx, words: string, limit: number): Promise<FoundContact[]> {
  const query = ctx
    .db("contacts as c")
    .join("organisations as o", "o.id", "c.organisation_id")
    .where("c.status", "active")
    .whereNotNull("c.email")
    .orderByRaw("lower(o.name), o.id, (c.name is null), c.created_at, c.id")
    .limit(limit)
    .select(...FOUND);
  if (words) {
    const like = `%${words.replace(/[\\%_]/g, "\\$&")}%`;
    void query.whereRaw("(o.name ilike ? or c.name ilike ?)", [like, like]);
  }
  return (await query) as FoundContact[];
}

/** Some contacts by id. The caller checks who may see them. */
export async function contactsById(ctx: Ctx, ids: readonly string[]): Promise<Map<string, FoundContact>> {
  const rows = (await ctx
    .db("contacts as c")
    .join("organisations as o", "o.id", "c.organisation_id")
    .whereIn("c.id", [...ids])
    .select(...FOUND)) as FoundContact[];
  return new Map(rows.map((row) => [row.id, row]));
}

/** How many mails wait for somebody to approve them. The caller checks who may see it. */
export async function countQueue(ctx: Ctx): Promise<number> {
  const row = (await ctx
    .db("messages as m")
    .join("steps as p", "p.id", "m.step_id")
    .join("sequences as q", "q.id", "p.sequence_id")
    .whereRaw(AWAITS_YES)
    .where("q.kind", "sequence")
    .whereNotExists(ctx.db("enrolments as e").whereRaw("e.id = m.enrolment_id").where("e.state", "finished"))
    .count("* as n")
    .first()) as { n: number | string } | undefined;
  return Number(row?.n ?? 0);
}

/** Staff members who can look after organisations, by name. The caller checks who may see them. */
export async function listOwners(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  return ctx.db("staff").where({ active: true }).orderByRaw("lower(name), id").select("id", "name");
}
