import type { Ctx } from "../../platform/context.js";
import type { ConditionClass } from "../signatures/condition.js";
import type { SignatureState } from "../signatures/signature.js";
import type { BandClass, BandKind, Counted } from "./band.js";
import type { Condition, Member, Pledge } from "./fixed-point.js";
import type { Outcome } from "./outcome.js";

/** The group of an organisation: the root of its group, else itself. */
const ROOT = "coalesce(o.group_root_id, o.id)";
const FIRM =
  "s.state in ('published', 'needs_reaffirmation') and s.visibility = 'public' and s.kind = 'signature'";

/** Published public signatures as the evaluation counts them. */
export async function firmMembers(ctx: Ctx, letterId: string): Promise<Member[]> {
  const { rows } = await ctx.db.raw<{ rows: Member[] }>(
    `select ${ROOT} as root, s.sector, s.country from signatures s
       join organisations o on o.id = s.organisation_id
      where s.letter_id = ? and ${FIRM}`,
    [letterId],
  );
  return rows;
}

/** A pledge as the evaluation counts it. */
export interface Candidate extends Pledge {
  state: SignatureState;
  visibility: "public" | "confidential";
}

interface CandidateRow extends Member {
  id: string;
  state: SignatureState;
  visibility: "public" | "confidential";
  condition_class: ConditionClass;
  condition_count: number;
  peers: string[] | null;
}

/** The pledges of a letter in these states, with their conditions and pinned lists, by id. */
export async function candidates(
  ctx: Ctx,
  letterId: string,
  states: readonly SignatureState[],
): Promise<Candidate[]> {
  const { rows } = await ctx.db.raw<{ rows: CandidateRow[] }>(
    `select s.id, s.state, s.visibility, ${ROOT} as root, s.sector, s.country, s.condition_class, s.condition_count,
            pinned.peers
       from signatures s
       join organisations o on o.id = s.organisation_id
       left join lateral (
         select array_agg(coalesce(p.group_root_id, p.id)::text) as peers
           from pledge_peers pp join organisations p on p.id = pp.organisation_id
          where pp.signature_id = s.id) pinned on s.condition_class = 'ten_largest'
      where s.letter_id = :letterId and s.kind = 'pledge' and s.state = any(:states::text[])
      order by s.id`,
    { letterId, states: [...states] },
  );
  return rows.map(({ id, state, visibility, root, sector, country, ...row }) => ({
    id,
    state,
    visibility,
    root,
    sector,
    country,
    condition: conditionOf(row),
  }));
}

function conditionOf(row: Pick<CandidateRow, "condition_class" | "condition_count" | "peers">): Condition {
  const { condition_class: name, condition_count: count } = row;
  return name === "ten_largest" ? { class: name, count, peers: row.peers ?? [] } : { class: name, count };
}

/** Letters that take signatures and in which a pledge stands. */
export async function lettersWithPledges(ctx: Ctx): Promise<string[]> {
  const { rows } = await ctx.db.raw<{ rows: { id: string }[] }>(
    `select l.id from letters l where l.state in ('gathering', 'open')
        and exists (select 1 from signatures s where s.letter_id = l.id and s.kind = 'pledge' and s.state = 'standing')
      order by l.id`,
  );
  return rows.map(({ id }) => id);
}

/** Pledges that stand beyond their own day, or in a letter that ended before a moment or for good, oldest first. */
export async function pledgesBeyondTheirDay(
  ctx: Ctx,
  at: { today: string; now: Date; endedBefore: Date },
): Promise<string[]> {
  const { rows } = await ctx.db.raw<{ rows: { id: string }[] }>(
    `select s.id from signatures s join letters l on l.id = s.letter_id
      where s.kind = 'pledge' and s.state = 'standing'
        and (s.condition_deadline < :today::date or l.closes_at <= :now::timestamptz
             or l.closed_at <= :endedBefore::timestamptz
             or l.state in ('delivered', 'answered', 'concluded', 'archived', 'withdrawn_by_sponsor', 'removed', 'rejected'))
      order by s.id limit 500`,
    at,
  );
  return rows.map(({ id }) => id);
}

/** The groups of a letter that a band counts: staff accepted them, and nobody of their group is on the public list. */
export async function groupsOf(ctx: Ctx, letterId: string, kind: BandKind): Promise<Counted[]> {
  const wanted =
    kind === "pledge"
      ? "s.kind = 'pledge' and s.state in ('standing', 'triggered')"
      : "s.kind = 'signature' and s.visibility = 'confidential' and s.state = 'accepted'";
  const { rows } = await ctx.db.raw<{ rows: Counted[] }>(
    `select distinct on (1) ${ROOT} as root, s.sector, s.country from signatures s
       join organisations o on o.id = s.organisation_id
      where s.letter_id = :letterId and ${wanted}
        and ${ROOT} not in (select ${ROOT} from signatures s join organisations o on o.id = s.organisation_id
                             where s.letter_id = :letterId and ${FIRM})
      order by 1, s.id`,
    { letterId },
  );
  return rows;
}

/** Letters whose bands are renewed each week. */
export async function lettersWithBands(ctx: Ctx): Promise<string[]> {
  return ctx
    .db("letters")
    .whereIn("state", ["gathering", "open", "paused", "closed", "delivered"])
    .orderBy("id")
    .pluck("id");
}

/** A band as it was published. */
export interface PublishedBand {
  class: BandClass;
  key: string;
  band: number;
}

/** The bands of one kind as they were last published, and when. */
export interface PublishedBands {
  publishedAt: Date;
  all: number;
  classes: PublishedBand[];
}

/** What the public is told in bands; reads the published rows and nothing else. A kind without a band of five is null. */
export async function publishedBands(
  ctx: Ctx,
  letterId: string,
): Promise<Record<BandKind, PublishedBands | null>> {
  const { rows } = await ctx.db.raw<{ rows: (PublishedBand & { kind: BandKind; slot: Date })[] }>(
    `select b.kind, b.slot, b.class, b.key, b.band from band_publications b
      where b.letter_id = :letterId
        and b.slot = (select max(slot) from band_publications n where n.letter_id = b.letter_id and n.kind = b.kind)
      order by b.kind, b.class, b.key`,
    { letterId },
  );
  const of = (kind: BandKind): PublishedBands | null => {
    const own = rows.filter((row) => row.kind === kind);
    const all = own.find((row) => row.class === "all");
    if (!all || all.band === 0) return null;
    const classes = own.flatMap(({ class: name, key, band }) =>
      name === "all" ? [] : [{ class: name, key, band }],
    );
    return { publishedAt: all.slot, all: all.band, classes };
  };
  return { confidential: of("confidential"), pledge: of("pledge") };
}

/** A pledge as staff lists it. */
export interface PledgeLine {
  id: string;
  letterSlug: string;
  organisationId: string;
  name: string;
  sector: string;
  country: string;
  kind: "signature" | "pledge";
  state: SignatureState;
  conditionClass: ConditionClass;
  conditionCount: number;
  deadline: string | null;
  acceptedAt: Date | null;
  activatedAt: Date | null;
}

/** All pledges of a letter, also those that became a signature or ended; standing ones first, then by name. */
export async function pledgeLines(ctx: Ctx, letterId: string): Promise<PledgeLine[]> {
  return ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .where("s.letter_id", letterId)
    .whereNotNull("s.condition_class")
    .orderByRaw("s.state not in ('triggered', 'standing'), s.state, s.display_name, s.id")
    .select("s.id", "l.slug as letterSlug", "s.organisation_id as organisationId", "s.display_name as name")
    .select("s.sector", "s.country", "s.kind", "s.state", "s.condition_class as conditionClass")
    .select("s.condition_count as conditionCount", "s.accepted_at as acceptedAt")
    .select("s.activated_at as activatedAt")
    .select(ctx.db.raw("to_char(s.condition_deadline, 'YYYY-MM-DD') as deadline")) as Promise<PledgeLine[]>;
}

/** A cohort as staff sees it. */
export interface CohortLine {
  id: string;
  triggeredAt: Date;
  reaffirmUntil: Date;
  settledAt: Date | null;
  members: { id: string; name: string; reaffirmedAt: Date | null; outcome: Outcome | null }[];
}

/** The cohorts of a letter, newest first. */
export async function cohortLines(ctx: Ctx, letterId: string): Promise<CohortLine[]> {
  const rows = (await ctx
    .db("pledge_cohorts as c")
    .join("pledge_cohort_members as m", "m.cohort_id", "c.id")
    .join("signatures as s", "s.id", "m.signature_id")
    .where("c.letter_id", letterId)
    .orderBy("c.triggered_at", "desc")
    .orderBy("s.display_name")
    .select("c.id", "c.triggered_at", "c.reaffirm_until", "c.settled_at")
    .select("s.id as signature_id", "s.display_name", "m.reaffirmed_at", "m.outcome")) as {
    id: string;
    triggered_at: Date;
    reaffirm_until: Date;
    settled_at: Date | null;
    signature_id: string;
    display_name: string;
    reaffirmed_at: Date | null;
    outcome: Outcome | null;
  }[];
  const cohorts = new Map<string, CohortLine>();
  for (const row of rows) {
    const cohort = cohorts.get(row.id) ?? {
      id: row.id,
      triggeredAt: row.triggered_at,
      reaffirmUntil: row.reaffirm_until,
      settledAt: row.settled_at,
      members: [],
    };
    cohorts.set(row.id, cohort);
    cohort.members.push({
      id: row.signature_id,
      name: row.display_name,
      reaffirmedAt: row.reaffirmed_at,
      outcome: row.outcome,
    });
  }
  return [...cohorts.values()];
}

/** The newest evaluation of a letter, if there was one. */
export async function lastEvaluation(
  ctx: Ctx,
  letterId: string,
): Promise<{ at: Date; firm: number; considered: number; met: number } | undefined> {
  return ctx
    .db("pledge_evaluations")
    .where({ letter_id: letterId })
    .orderBy("slot", "desc")
    .first("at", "firm", "considered", "met") as Promise<
    { at: Date; firm: number; considered: number; met: number } | undefined
  >;
}

/** How many groups have signed in public among whom a pledge waits: what everybody can count on the list. */
export async function publicCount(
  ctx: Ctx,
  letterId: string,
  pledge: { class: ConditionClass; sector: string; country: string; organisationId: string; id: string },
): Promise<number> {
  const { rows } = await ctx.db.raw<{ rows: { n: number }[] }>(
    `select count(distinct ${ROOT})::int as n from signatures s join organisations o on o.id = s.organisation_id
      where s.letter_id = :letterId and ${FIRM}
        and (:class <> 'sector' or s.sector = :sector) and (:class <> 'country' or s.country = :country)
        and (:class <> 'ten_largest' or ${ROOT} in (
              select coalesce(p.group_root_id, p.id) from pledge_peers pp
                join organisations p on p.id = pp.organisation_id where pp.signature_id = :id::uuid))
        and ${ROOT} <> (select ${ROOT} from organisations o where o.id = :organisationId::uuid)`,
    { letterId, ...pledge },
  );
  return rows[0]?.n ?? 0;
}

/** The groups that a pledge pinned, largest first, with what makes them so. */
export async function pinnedPeers(
  ctx: Ctx,
  signatureId: string,
): Promise<{ name: string; value: number; asOf: string; source: string }[]> {
  return ctx
    .db("pledge_peers as pp")
    .join("organisations as o", "o.id", "pp.organisation_id")
    .where("pp.signature_id", signatureId)
    .orderBy("pp.place")
    .select("o.name", "pp.source")
    .select(
      ctx.db.raw("pp.value::float8 as value"),
      ctx.db.raw("to_char(pp.as_of, 'YYYY-MM-DD') as \"asOf\""),
    );
}
