import type { Ctx } from "../../platform/context.js";
import { hintsOf, type Hint } from "./hint.js";
import type { ScreeningRule } from "./screening.js";

interface Row {
  id: string;
  signatory_email: string;
  display_name: string;
  invited: boolean;
  network: string | null;
  opened_at: Date | null;
  from_address: number;
  from_network: number;
  organisations: number;
  domain_seen_at: Date | null;
  other_names: string[];
}

const DOMAIN = "lower(split_part(s.signatory_email, '@', 2))";

/** The hints about some entries, by their ids: all facts in one query, judged by the pure rule. */
export async function hintsAbout(
  ctx: Ctx,
  ids: readonly string[],
  rules: readonly ScreeningRule[],
): Promise<ReadonlyMap<string, Hint[]>> {
  if (ids.length === 0) return new Map();
  const near =
    "n.submitted_at between s.submitted_at - interval '1 day' and s.submitted_at + interval '1 day'";
  const { rows } = (await ctx.db.raw(
    `select s.id, s.signatory_email, s.display_name, s.invitation_id is not null as invited,
            encode(s.network_hash, 'hex') as network, l.opened_at,
            (select count(*)::int from signatures n
              where lower(n.signatory_email) = lower(s.signatory_email) and n.letter_id = s.letter_id and ${near}) as from_address,
            (select count(*)::int from signatures n
              where n.network_hash = s.network_hash and n.letter_id = s.letter_id and ${near}) as from_network,
            (select count(distinct coalesce(n.organisation_id::text, n.waits_as))::int from signatures n
              where lower(n.signatory_email) = lower(s.signatory_email) and n.letter_id = s.letter_id) as organisations,
            (select min(seen.at) from (
               (select min(c.created_at) as at from contacts c
                 where reverse(split_part(c.email, '@', 2)) = reverse(${DOMAIN}) and c.email is not null)
               union all (select min(o2.created_at) from organisations o2 where o2.domain = ${DOMAIN})
               union all (select min(n.submitted_at) from signatures n
                 where lower(split_part(n.signatory_email, '@', 2)) = ${DOMAIN} and n.id <> s.id)) seen) as domain_seen_at,
            array(select o2.name from organisations o2
                   where o2.name_skeleton = o.name_skeleton and o2.id <> o.id order by o2.created_at limit 5) as other_names
       from signatures s
       join letters l on l.id = s.letter_id
       left join organisations o on o.id = s.organisation_id
      where s.id = any(?)`,
    [[...ids]],
  )) as { rows: Row[] };
  return new Map(rows.map((row) => [row.id, hintsOf(factsOf(row), rules)]));
}

function factsOf(row: Row) {
  return {
    signatoryEmail: row.signatory_email,
    displayName: row.display_name,
    networkHash: row.network,
    invited: row.invited,
    fromAddress: row.from_address,
    fromNetwork: row.from_network,
    organisations: row.organisations,
    domainSeenAt: row.domain_seen_at,
    letterOpenedAt: row.opened_at,
    otherNames: row.other_names,
  };
}

/** Entries that wait for a person and that nobody has looked at for hints, oldest first, at most 200 at a time. */
export async function unscreened(
  ctx: Ctx,
): Promise<{ id: string; letter_id: string; organisation_id: string }[]> {
  return ctx
    .db("signatures as s")
    .leftJoin("screened_entries as e", "e.signature_id", "s.id")
    .whereIn("s.state", ["in_review", "parked"])
    .whereNull("e.signature_id")
    .orderBy("s.submitted_at")
    .limit(200)
    .select("s.id", "s.letter_id", "s.organisation_id");
}

/** Where many entries of the last day came from; networks as the beginning of their hash, since no more is kept. */
export interface Trend {
  kind: "domain" | "network";
  name: string;
  entries: number;
}

/** The domains and networks that sent most entries in within a day. */
export async function trends(ctx: Ctx, since: Date): Promise<Trend[]> {
  const { rows } = (await ctx.db.raw(
    `(select 'domain' as kind, lower(split_part(signatory_email, '@', 2)) as name, count(*)::int as entries
        from signatures where submitted_at >= ? group by 2 having count(*) > 1 order by 3 desc, 2 limit 10)
     union all
     (select 'network', left(encode(network_hash, 'hex'), 8), count(*)::int
        from signatures where submitted_at >= ? and network_hash is not null group by 2 having count(*) > 1 order by 3 desc, 2 limit 10)`,
    [since, since],
  )) as { rows: Trend[] };
  return rows;
}
