import type { EvidenceFact } from "../signatures/evidence.js";
import { EVIDENCE_FACTS } from "../signatures/views.js";
import type { Ctx } from "../../platform/context.js";
import { logoPath } from "../statements/statement.js";
import { standingState } from "../letters/letter.js";
import {
  anchorOf,
  checksOf,
  countriesOfRegion,
  PAGE_SIZE,
  pageCount,
  regionOf,
  searchWords,
  type Group,
  type ListFilter,
  type Reservation,
  type Signatory,
} from "./signatory.js";

/**
 * By name, a signature, and standing or withdrawn: what `signatures_public_idx` covers. An entry that was held until a
 * launch is listed from that moment, whether or not the worker has published it; one asked to sign again stands as it
 * was signed.
 */
export function publicly(ctx: Ctx, alias = "s"): string {
  const launched = `exists (select from letters where id = ${alias}.letter_id and launch_at <= '${ctx.clock.now().toISOString()}')`;
  return `${alias}.state in ('published', 'needs_reaffirmation', 'held', 'withdrawn') and ${alias}.visibility = 'public'
    and ${alias}.kind = 'signature' and (${alias}.state <> 'held' or ${launched})`;
}

/** The order of the Unicode Collation Algorithm, so that É stands with E whatever the database was made with. */
const BY_NAME = 's.display_name collate "und-x-icu", s.id';

/** How many names are offered instead of one that nobody has. */
const SIMILAR = 5;

/** What the list shows: one page of it, or all of it. */
export interface SignatoryPage {
  items: Signatory[];
  /** Entries that fit the filter, withdrawn ones among them. */
  total: number;
  page: number;
  pages: number;
}

interface Row {
  id: string;
  organisation_id: string;
  display_name: string;
  country: string;
  sector: string;
  signatory_name: string;
  signatory_title: string;
  confirmed_at: Date | null;
  accepted_at: Date | null;
  signed_at: Date;
  withdrawn_at: Date | null;
  quote: string | null;
  reservations: Reservation[] | null;
  logo_hash: Buffer | null;
  logo_width: number;
  logo_height: number;
  language: string;
  state: string;
  version: number;
  latest: boolean;
  joint: boolean;
  scope: "entity" | "group";
  covers: string[] | null;
  evidence: EvidenceFact[];
}

async function listed(ctx: Ctx, filter: ListFilter & { letterId: string }) {
  const query = ctx.db("signatures as s").where("s.letter_id", filter.letterId).whereRaw(publicly(ctx));
  if (filter.sector) void query.where("s.sector", filter.sector);
  if (filter.country) void query.where("s.country", filter.country);
  if (filter.region) void query.whereIn("s.country", countriesOfRegion(filter.region));
  if (filter.q !== "")
    void query.whereRaw("s.id = any(?::uuid[])", [await named(ctx, filter.letterId, filter.q)]);
  return { query };
}

/**
 * Entries with every word of a search in the name they are listed under, in one that the organisation had before, or in
 * that of one whom it covers.
 * Keys hold letters, digits and spaces only (`search_key` in the database), so they need no escaping.
 */
async function named(ctx: Ctx, letterId: string, q: string): Promise<string[]> {
  const words = searchWords(q);
  if (words.length === 0) return [];
  const all = (key: string) =>
    words.map(() => `${key} like '%' || nullif(search_key(?), '') || '%'`).join(" and ");
  const { rows } = await ctx.db.raw<{ rows: { id: string | null }[] }>(
    `select s.id from signatures s where s.letter_id = ? and ${publicly(ctx)} and ${all("s.search_key")}
     union
     select s.id from organisation_names n join signatures s on s.organisation_id = n.organisation_id and s.letter_id = ?
      where ${all("search_key(n.name)")}
     union
     select covering_signature(?, o.id) from organisations o where o.parent_id is not null and ${all("search_key(o.name)")}`,
    [letterId, ...words, letterId, ...words, letterId, ...words],
  );
  return rows.flatMap(({ id }) => (id === null ? [] : [id]));
}

/** Names on a letter's list with a word near to the longest of those searched for in vain, the nearest first, five at most. */
export async function similarNames(ctx: Ctx, letterId: string, q: string): Promise<string[]> {
  const [word] = searchWords(q).toSorted((one, other) => other.length - one.length);
  if (word === undefined) return [];
  const rows = (await ctx
    .db("signatures as s")
    .where("s.letter_id", letterId)
    .whereRaw(publicly(ctx))
    .whereRaw("search_key(?) <% s.search_key", [word])
    .groupBy("s.display_name", "s.search_key")
    .orderByRaw("word_similarity(search_key(?), s.search_key) desc, s.display_name", [word])
    .limit(SIMILAR)
    .select("s.display_name as name")) as { name: string }[];
  return rows.map(({ name }) => name);
}

/** The approved statement of a kind of which there is at most one (`signature_statements_one_shown_idx`). */
function shown(name: string, kind: "quote" | "logo", join = "left join"): string {
  return `${join} signature_statements ${name} on ${name}.signature_id = s.id and ${name}.kind = '${kind}' and ${name}.state = 'approved'`;
}

const RESERVATIONS = `(select json_agg(json_build_object('clause', r.clause, 'text', r.body, 'language', r.language) order by r.clause)
  from signature_statements r where r.signature_id = s.id and r.kind = 'reservation' and r.state = 'approved') as reservations`;

/** Names of those whom a standing signature for the whole group covers and who do not stand on the list themselves. */
function covers(ctx: Ctx): string {
  return `case when s.scope = 'group' and s.state <> 'withdrawn' then (
    with recursive below (id) as (
      select id from organisations where parent_id = s.organisation_id
      union select o.id from organisations o join below b on o.parent_id = b.id
    )
    select json_agg(o.name order by o.name collate "und-x-icu") from below b join organisations o on o.id = b.id
     where not exists (select 1 from signatures n where n.letter_id = s.letter_id and n.organisation_id = o.id
       and n.state <> 'withdrawn' and ${publicly(ctx, "n")})) end as covers`;
}

/**
 * The public list of a letter: one page, the last one where `page` lies behind it, or everything when `page` is left
 * out. Reads no column that is not public.
 */
export async function signatoryList(
  ctx: Ctx,
  filter: ListFilter & { letterId: string; page?: number | undefined; limit?: number | undefined },
): Promise<SignatoryPage> {
  const { query } = await listed(ctx, filter);
  const counted = (await query.clone().select(ctx.db.raw("count(*)::int as n")).first()) as { n: number };
  const pages = pageCount(counted.n);
  const page = Math.min(filter.page ?? 1, pages);
  void query
    .joinRaw(shown("q", "quote"))
    .joinRaw(shown("g", "logo"))
    .select("g.logo_hash", "g.logo_width", "g.logo_height")
    .select(ctx.db.raw(RESERVATIONS), ctx.db.raw(covers(ctx)), "s.scope")
    .select("s.id", "s.organisation_id", "s.display_name", "s.country", "s.sector", "s.language", "s.state")
    .select(ctx.db.raw("(select number from letter_versions v where v.id = s.version_id) as version"))
    .select("s.signatory_name", "s.signatory_title", "s.confirmed_at", "s.accepted_at")
    .select(
      ctx.db.raw("coalesce(s.confirmed_at, s.submitted_at) as signed_at"),
      ctx.db.raw("case when s.state = 'withdrawn' then s.withdrawn_at end as withdrawn_at"),
      "q.body as quote",
      ctx.db.raw(EVIDENCE_FACTS),
      ctx.db.raw("s.second_email is not null as joint"),
      ctx.db.raw(
        `not exists (select 1 from signatures n where n.letter_id = s.letter_id and n.id > s.id
           and n.organisation_id = s.organisation_id and ${publicly(ctx, "n")}) as latest`,
      ),
    )
    .orderByRaw(filter.sort === "date" ? "signed_at desc, s.id desc" : BY_NAME);
  if (filter.page !== undefined) void query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE);
  else if (filter.limit !== undefined) void query.limit(filter.limit);
  const rows = (await query) as Row[];
  return { items: rows.map(toSignatory), total: counted.n, page, pages };
}

function toSignatory(row: Row): Signatory {
  return {
    anchor: anchorOf(row.organisation_id, row.id, row.latest),
    organisation: row.display_name,
    country: row.country,
    sector: row.sector,
    // An erased person has no name any more; the organisation stays.
    signatoryName: row.withdrawn_at ? null : row.signatory_name || null,
    signatoryTitle: row.withdrawn_at ? null : row.signatory_title,
    signedAt: row.signed_at,
    withdrawnAt: row.withdrawn_at,
    quote: row.withdrawn_at ? null : row.quote,
    quoteLanguage: row.language,
    signedVersion: row.state === "needs_reaffirmation" ? row.version : null,
    reservations: row.withdrawn_at ? [] : (row.reservations ?? []),
    logo:
      row.logo_hash && !row.withdrawn_at
        ? { path: logoPath(row.logo_hash), width: row.logo_width, height: row.logo_height }
        : null,
    scope: row.scope,
    covers: row.covers ?? [],
    checked: checksOf({
      confirmedAt: row.confirmed_at,
      acceptedAt: row.accepted_at,
      evidence: row.evidence,
      joint: row.joint,
    }),
  };
}

/** How many have signed in public and still stand by it, and who they are in numbers; the largest groups first. */
export interface SignatoryTotals {
  signed: number;
  withdrawn: number;
  /** Of those who have signed: with a reservation. */
  reserved: number;
  countries: Group[];
  sectors: Group[];
  /** By M49 code. */
  regions: Group[];
}

/** The figures of a letter's public list: published public signatures only, withdrawn ones apart. */
export async function signatoryTotals(ctx: Ctx, letterId: string): Promise<SignatoryTotals> {
  const rows = (await ctx
    .db("signatures as s")
    .where("s.letter_id", letterId)
    .whereRaw(publicly(ctx))
    .groupBy("s.state", "s.country", "s.sector")
    .select("s.state", "s.country", "s.sector")
    .select(
      ctx.db.raw("count(*)::int as n"),
      ctx.db.raw(
        `(count(*) filter (where exists (select 1 from signature_statements r
            where r.signature_id = s.id and r.kind = 'reservation' and r.state = 'approved')))::int as reserved`,
      ),
    )) as {
    state: string;
    country: string;
    sector: string;
    n: number;
    reserved: number;
  }[];
  const standing = rows.filter((row) => row.state !== "withdrawn");
  const sum = (some: typeof rows) => some.reduce((total, row) => total + row.n, 0);
  return {
    signed: sum(standing),
    withdrawn: sum(rows) - sum(standing),
    reserved: standing.reduce((total, row) => total + row.reserved, 0),
    countries: groups(standing.map((row) => [row.country, row.n])),
    sectors: groups(standing.map((row) => [row.sector, row.n])),
    regions: groups(standing.map((row) => [regionOf(row.country) ?? "", row.n])).filter(
      ({ code }) => code !== "",
    ),
  };
}

function groups(pairs: readonly (readonly [string, number])[]): Group[] {
  const counts = new Map<string, number>();
  for (const [code, count] of pairs) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}

/** A statement of a signatory that the campaign has approved. */
export interface Statement {
  anchor: string;
  organisation: string;
  country: string;
  quote: string;
  language: string;
}

/** The latest approved statements of those who still stand by their signature. */
export async function statements(ctx: Ctx, letterId: string, limit: number): Promise<Statement[]> {
  const rows = (await ctx
    .db("signatures as s")
    .joinRaw(shown("q", "quote", "join"))
    .where({ "s.letter_id": letterId, "s.state": "published" })
    .whereRaw(publicly(ctx))
    .orderByRaw("s.published_at desc, s.id desc")
    .limit(limit)
    .select("s.id", "s.organisation_id", "s.display_name", "s.country", "q.body as quote", "q.language")) as {
    id: string;
    organisation_id: string;
    display_name: string;
    country: string;
    quote: string;
    language: string;
  }[];
  return rows.map((row) => ({
    anchor: anchorOf(row.organisation_id, row.id, true),
    organisation: row.display_name,
    country: row.country,
    quote: row.quote,
    language: row.language,
  }));
}

/** What is at a letter's public address, and a mark that changes with anything its pages show. */
export interface LetterMark {
  letterId: string;
  state: string;
  mark: string;
}

/**
 * The change mark of a letter in one query: its own row version and a hash over the public entries and theirs, which
 * an index covers. 1,000 entries take about 1 ms.
 */
export async function letterMark(ctx: Ctx, slug: string): Promise<LetterMark | undefined> {
  const row = (await ctx
    .db("letters as l")
    .where("l.slug", slug)
    .select("l.id", "l.state", "l.row_version", "l.launch_at")
    .select(
      ctx.db.raw(
        `(select coalesce(bit_xor(hashtextextended(s.id::text || s.state || s.row_version, 0)), 0)::text
            from signatures s where s.letter_id = l.id and ${publicly(ctx)}) as entries`,
      ),
      ctx.db.raw("coalesce((select row_version from site_switch), 1) as site"),
    )
    .select(ctx.db.raw("(select max(slot) from band_publications b where b.letter_id = l.id) as bands"))
    .first()) as
    | {
        id: string;
        state: string;
        row_version: number;
        launch_at: Date | null;
        bands: Date | null;
        entries: string;
        site: number;
      }
    | undefined;
  if (!row) return undefined;
  const state = standingState(row, ctx.clock.now());
  return {
    letterId: row.id,
    state,
    mark: `${row.id}.${row.row_version}.${state}.${row.site}.${row.bands?.getTime() ?? 0}.${row.entries}`,
  };
}
