import type { Ctx } from "../../platform/context.js";
import { DEFAULT_PACING, type PacingFacts, type PacingRules } from "./pacing.js";

/** The rules on how often people are written to, as set. */
export async function pacingRules(ctx: Ctx): Promise<PacingRules> {
  const row = (await ctx
    .db("sending_control")
    .first("contact_distance_days as contactDistanceDays", "one_contact_each as oneContactEach")) as
    PacingRules | undefined;
  return row ?? DEFAULT_PACING;
}

/** Who has been written to before some messages; one statement for all, and none is told about mailings. */
export async function pacingFacts(
  ctx: Ctx,
  messageIds: readonly string[],
): Promise<Map<string, PacingFacts>> {
  const result = await ctx.db.raw<{ rows: (Omit<PacingFacts, "automatic"> & { id: string })[] }>(
    `select x.id, last.at as "lastMailAt", exists (
       select 1 from contacts c2 join enrolments e2 on e2.contact_id = c2.id join sequences q2 on q2.id = e2.sequence_id
       where c2.organisation_id = c.organisation_id and c2.id <> c.id and q2.letter_id = x.letter_id
         and q2.kind = 'sequence' and q2.state <> 'stopped' and e2.state = 'active'
         and (e2.created_at, e2.id) < (e.created_at, e.id)) as "colleagueFirst"
     from messages x join enrolments e on e.id = x.enrolment_id join contacts c on c.id = x.contact_id
       join sequences q on q.id = e.sequence_id
     left join lateral (select max(m.sending_at) as at from messages m
       where m.address_hash = x.address_hash and m.sending_at is not null and m.purpose = 'outreach'
         and m.state in ('sending', 'sent', 'uncertain') and m.id <> x.id) last on true
     where x.id = any (?::uuid[]) and q.kind = 'sequence'`,
    [[...messageIds]],
  );
  return new Map(result.rows.map(({ id, ...facts }) => [id, facts]));
}
