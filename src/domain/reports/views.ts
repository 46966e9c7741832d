import type { Ctx } from "../../platform/context.js";
import { forbidden, notFound } from "../../platform/errors.js";
import { mayDo, type Permission } from "../team/permission.js";
import { funnelLines, type Funnel, type FunnelLine, type ReasonCount } from "./report.js";

/** A letter in the switch above a report. */
export interface ReportLetter {
  id: string;
  slug: string;
  title: string;
  state: string;
}

/** All letters with their titles, the busiest state first, then the newest. Needs reports:read. */
export async function listReportLetters(ctx: Ctx): Promise<ReportLetter[]> {
  allow(ctx, "reports:read");
  return ctx
    .db("letters as l")
    .joinRaw(
      `left join lateral (
         select t.title from letter_translations t join letter_versions v on v.id = t.version_id
         where v.letter_id = l.id order by v.number desc, (t.language = l.default_language) desc limit 1
       ) newest on true`,
    )
    .select<ReportLetter[]>(
      "l.id",
      "l.slug",
      "l.state",
      ctx.db.raw("coalesce(newest.title, l.slug) as title"),
    )
    .orderByRaw("(l.state in ('gathering', 'open')) desc, l.created_at desc, l.id");
}

/** The letter a report is about. Needs reports:read; throws not_found for an unknown one. */
export async function findReportLetter(ctx: Ctx, slug: string): Promise<ReportLetter> {
  const letter = (await listReportLetters(ctx)).find((each) => each.slug === slug);
  if (!letter) throw notFound("letter.unknown");
  return letter;
}

const ENDED = [
  "parked",
  "expired",
  "rejected",
  "invalidated",
  "withdrawn",
  "rescinded",
  "superseded",
  "lapsed",
  "retracted",
];
const WENT_OUT = ["sending", "sent", "uncertain"];

/**
 * How far the organisations came with a letter. Approached: an outreach mail went out, or they answered in any
 * way. Answered: signed, declined, named another person or wrote back. Yes: a confirmed signature or pledge that stands.
 * Published: signed and named on the public page. Needs reports:read.
 */
export async function funnel(ctx: Ctx, letterId: string): Promise<Funnel> {
  allow(ctx, "reports:read");
  const result = await ctx.db.raw<{ rows: Record<keyof Funnel, string>[] }>(
    `with
     yes as (
       select organisation_id, bool_or(state = 'published' and visibility = 'public' and kind = 'signature') as listed
       from signatures
       where letter_id = :letterId and confirmed_at is not null and not (state = any (:ended))
       group by organisation_id
     ),
     no as (select organisation_id from declines where letter_id = :letterId and superseded_at is null),
     answered as (
       select organisation_id from signatures where letter_id = :letterId and confirmed_at is not null
       union select organisation_id from declines where letter_id = :letterId
       union select organisation_id from invitations where letter_id = :letterId and answer is not null
       union select organisation_id from inbound_mails
         where letter_id = :letterId and class = 'human_reply' and organisation_id is not null
     ),
     approached as (
       select organisation_id from messages
       where letter_id = :letterId and purpose = 'outreach' and state = any (:wentOut) and organisation_id is not null
       union select organisation_id from answered
     )
     select (select count(*) from organisations where merged_into_id is null) as identified,
            (select count(*) from approached) as approached,
            (select count(*) from answered) as answered,
            (select count(*) from yes) as said_yes,
            (select count(*) from yes where listed) as published,
            (select count(*) from no where organisation_id not in (select organisation_id from yes)) as declined,
            (select count(*) from organisations o where o.merged_into_id is null and o.parent_id is not null
               and covering_signature(:letterId, o.id) is not null
               and o.id not in (select organisation_id from yes)) as covered`,
    { letterId, ended: ENDED, wentOut: WENT_OUT },
  );
  const row = result.rows[0];
  const count = (name: keyof Funnel): number => Number(row?.[name] ?? 0);
  return {
    identified: count("identified"),
    approached: count("approached"),
    answered: count("answered"),
    said_yes: count("said_yes"),
    published: count("published"),
    declined: count("declined"),
    covered: count("covered"),
  };
}

/** How often each reason was the main one of a standing decline, most frequent first. Needs reports:read. */
export async function declinesByReason(ctx: Ctx, letterId: string): Promise<ReasonCount[]> {
  allow(ctx, "reports:read");
  const rows = await ctx
    .db("declines as d")
    .join("decline_reasons as r", "r.code", "d.reason_code")
    .where("d.letter_id", letterId)
    .whereNull("d.superseded_at")
    .groupBy("r.code", "r.reason_group", "r.position")
    .orderByRaw("count(*) desc, r.position")
    .select<{ code: string; group: string; declines: string }[]>(
      "r.code",
      "r.reason_group as group",
      ctx.db.raw("count(*) as declines"),
    );
  return rows.map((row) => ({ ...row, declines: Number(row.declines) }));
}

/** The funnel as it is handed out: by line, with shares. Throws not_found for an unknown letter. */
export async function funnelReport(
  ctx: Ctx,
  slug: string,
): Promise<{ letter: string; stages: FunnelLine[]; declined: number; covered: number }> {
  const letter = await findReportLetter(ctx, slug);
  const figures = await funnel(ctx, letter.id);
  return {
    letter: letter.slug,
    stages: funnelLines(figures),
    declined: figures.declined,
    covered: figures.covered,
  };
}

/** The reasons as they are handed out, with their sum. Throws not_found for an unknown letter. */
export async function declineReport(
  ctx: Ctx,
  slug: string,
): Promise<{ letter: string; total: number; reasons: ReasonCount[] }> {
  const letter = await findReportLetter(ctx, slug);
  const reasons = await declinesByReason(ctx, letter.id);
  return { letter: letter.slug, total: reasons.reduce((sum, { declines }) => sum + declines, 0), reasons };
}

function allow(ctx: Ctx, permission: Permission): void {
  if (!mayDo(ctx.actor, permission)) throw forbidden("team.not_allowed");
}
