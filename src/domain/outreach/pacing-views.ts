import type { Ctx } from "../../platform/context.js";
import type { PacingFacts } from "./pacing.js";

type KnownFacts = Omit<PacingFacts, "goesWithBatch">;

/**
 * What was written before those of some messages that are steps of sequences and go by themselves; one statement for
 * all. Between the steps of one enrolment stand their own delays.
 */
export async function pacingFacts(ctx: Ctx, messageIds: readonly string[]): Promise<Map<string, KnownFacts>> {
  if (messageIds.length === 0) return new Map();
  const result = await ctx.db.raw<{ rows: (KnownFacts & { id: string })[] }>(
    `select x.id, last.at as "lastMailAt", exists (
       select 1 from contacts c2 join enrolments e2 on e2.contact_id = c2.id join sequences q2 on q2.id = e2.sequence_id
       where c2.organisation_id = c.organisation_id and c2.id <> c.id and q2.letter_id = x.letter_id
         and q2.kind = 'sequence' and q2.state <> 'stopped' and e2.state = 'active'
         and (e2.created_at, e2.id) < (e.created_at, e.id)) as "colleagueFirst"
     from messages x join enrolments e on e.id = x.enrolment_id join contacts c on c.id = x.contact_id
       join sequences q on q.id = e.sequence_id join steps p on p.id = x.step_id
     left join lateral (select max(m.sending_at) as at from messages m
       where m.address_hash = x.address_hash and m.sending_at is not null and m.purpose = 'outreach'
         and m.state in ('sending', 'sent', 'uncertain') and m.id <> x.id and m.enrolment_id is distinct from x.enrolment_id) last on true
     where x.id = any (?::uuid[]) and q.kind = 'sequence' and p.approval = 'automatic'`,
    [[...messageIds]],
  );
  return new Map(result.rows.map(({ id, ...facts }) => [id, facts]));
}
