import type { Ctx } from "../../platform/context.js";
import type { Page } from "../../platform/schema.js";
import { standingState, type LetterState } from "./letter.js";

/** The text of a letter's newest version in the language that fits best. */
export interface CurrentText {
  versionId: string;
  versionNumber: number;
  versionAt: Date;
  /** Why this version was made; empty for the first. */
  versionReason: string;
  language: string;
  title: string;
  addressee: string;
  bodyMd: string;
  summary: string;
  contentHash: Buffer;
  reviewed: boolean;
}

interface TextRow {
  version_id: string;
  number: number;
  created_at: Date;
  reason: string;
  language: string;
  title: string;
  addressee: string;
  body_md: string;
  summary: string;
  content_hash: Buffer;
  reviewed: boolean;
}

/**
 * The newest version of a letter in `language`, else in its base language, else in the letter's own; undefined only
 * for a letter that does not exist.
 */
export async function currentText(
  ctx: Ctx,
  letterId: string,
  language?: string,
): Promise<CurrentText | undefined> {
  const wish = language ?? "";
  const row = (await ctx
    .db("letters as l")
    .join("letter_versions as v", "v.letter_id", "l.id")
    .join("letter_translations as t", "t.version_id", "v.id")
    .where("l.id", letterId)
    .orderByRaw(
      "v.number desc, t.language = ? desc, t.language = ? desc, t.language = l.default_language desc, t.language",
      [wish, wish.split("-")[0] ?? ""],
    )
    .select("t.*", "v.number", "v.created_at", "v.reason")
    .first()) as TextRow | undefined;
  return row && toText(row);
}

function toText(row: TextRow): CurrentText {
  return {
    versionId: row.version_id,
    versionNumber: row.number,
    versionAt: row.created_at,
    versionReason: row.reason,
    language: row.language,
    title: row.title,
    addressee: row.addressee,
    bodyMd: row.body_md,
    summary: row.summary,
    contentHash: row.content_hash,
    reviewed: row.reviewed,
  };
}

/** A version of a letter with all its translations, its own language first. */
export interface Version {
  id: string;
  number: number;
  material: boolean;
  reason: string;
  createdAt: Date;
  /** How many organisations have signed it, in whatever state. */
  signatures: number;
  texts: CurrentText[];
}

/** All versions of a letter, newest first. */
export async function listVersions(ctx: Ctx, letterId: string): Promise<Version[]> {
  const versions = (await ctx
    .db("letter_versions as v")
    .where("v.letter_id", letterId)
    .orderBy("v.number", "desc")
    .select("v.*")
    .select(
      ctx.db.raw("(select count(*)::int from signatures s where s.version_id = v.id) as signatures"),
    )) as (Record<"id" | "reason", string> & {
    number: number;
    material: boolean;
    created_at: Date;
    signatures: number;
  })[];
  const texts = (await ctx
    .db("letter_translations as t")
    .join("letter_versions as v", "v.id", "t.version_id")
    .join("letters as l", "l.id", "v.letter_id")
    .where("v.letter_id", letterId)
    .orderByRaw("t.language = l.default_language desc, t.language")
    .select("t.*", "v.number", "v.created_at", "v.reason")) as TextRow[];
  return versions.map((version) => ({
    id: version.id,
    number: version.number,
    material: version.material,
    reason: version.reason,
    createdAt: version.created_at,
    signatures: version.signatures,
    texts: texts.filter((text) => text.version_id === version.id).map(toText),
  }));
}

/** How many signatures pin a version, in whatever state; more than none makes it stand still. */
export async function signaturesOfVersion(ctx: Ctx, versionId: string): Promise<number> {
  const row = (await ctx
    .db("signatures")
    .where({ version_id: versionId })
    .select(ctx.db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** Signatures whose address is confirmed and that nobody has decided on yet. */
export async function entriesInReview(
  ctx: Ctx,
  letterId: string,
): Promise<{ id: string; organisation: string; state: string }[]> {
  return ctx
    .db("signatures")
    .where({ letter_id: letterId })
    .whereIn("state", ["email_confirmed", "awaiting_authority", "attested", "in_review", "needs_information"])
    .orderByRaw("lower(display_name), id")
    .select<{ id: string; organisation: string; state: string }[]>(
      "id",
      "display_name as organisation",
      "state",
    );
}

/** A step that a letter took. */
export interface LetterStep {
  from: LetterState;
  to: LetterState;
  /** Public where the state is. */
  reason: string;
  actorKind: string;
  /** The staff member, where it was one. */
  by: string | null;
  at: Date;
}

/** The steps a letter took, oldest first. */
export async function letterSteps(ctx: Ctx, letterId: string): Promise<LetterStep[]> {
  return (await ctx
    .db("letter_history as h")
    .leftJoin("staff as s", "s.id", "h.actor_id")
    .where("h.letter_id", letterId)
    .orderBy(["h.at", "h.id"])
    .select(
      "h.from_state as from",
      "h.to_state as to",
      "h.reason",
      "h.actor_kind as actorKind",
      "s.name as by",
      "h.at",
    )) as LetterStep[];
}

/** A letter in a list. */
export interface LetterLine {
  id: string;
  slug: string;
  state: LetterState;
  title: string;
  addressee: string;
  summary: string;
  /** Of the title, addressee and summary. */
  language: string;
  defaultLanguage: string;
  languages: string[];
  versionNumber: number;
  sponsorName: string;
  closesAt: Date | null;
  createdAt: Date;
  rowVersion: number;
  /** Published public signatures. */
  signed: number;
  inReview: number;
}

interface LineRow {
  id: string;
  slug: string;
  state: LetterState;
  title: string;
  addressee: string;
  summary: string;
  language: string;
  default_language: string;
  languages: string[];
  number: number;
  sponsor_name: string;
  closes_at: Date | null;
  launch_at: Date | null;
  created_at: Date;
  row_version: number;
  signed: number;
  in_review: number;
}

const LINES = `
  select l.id, l.slug, l.state, l.default_language, l.sponsor_name, l.closes_at, l.launch_at, l.created_at, l.row_version,
         t.title, t.addressee, t.summary, t.language, v.number,
         array(select language from letter_translations where version_id = v.id order by language) as languages,
         (select count(*)::int from signatures s where s.letter_id = l.id and s.state in ('published', 'needs_reaffirmation')
            and s.visibility = 'public' and s.kind = 'signature') as signed,
         (select count(*)::int from signatures s where s.letter_id = l.id and s.state = 'in_review') as in_review
    from letters l
    join lateral (select * from letter_versions where letter_id = l.id order by number desc limit 1) v on true
    join lateral (select * from letter_translations where version_id = v.id
                   order by language = :language desc, language = l.default_language desc, language limit 1) t on true`;

/** Letters, newest first, a page at a time; titles in `language` where there is a translation. */
export async function listLetters(
  ctx: Ctx,
  filter: { cursor?: string | undefined; limit: number; language?: string },
): Promise<Page<LetterLine>> {
  const after = filter.cursor ?? "";
  const result = await ctx.db.raw<{ rows: LineRow[] }>(
    `${LINES} where :after = '' or l.id::text < :after order by l.id desc limit :limit`,
    { language: filter.language ?? "", after, limit: filter.limit + 1 },
  );
  const items = result.rows.slice(0, filter.limit).map(toLine);
  return { items, next: result.rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Letters that stand in some states now, a launch that has come counted as open; those with the latest end first. */
export async function listLettersIn(
  ctx: Ctx,
  states: readonly LetterState[],
  language: string,
): Promise<LetterLine[]> {
  const result = await ctx.db.raw<{ rows: LineRow[] }>(
    `${LINES} where l.state = any(:states::text[]) or (l.state in ('approved', 'gathering') and l.launch_at <= :at)
      order by l.closes_at desc nulls first, l.id`,
    { language, states: [...states], at: ctx.clock.now() },
  );
  const order = (line: LetterLine) => states.indexOf(line.state);
  return result.rows
    .map((row) => standingLine(ctx, row))
    .filter((line) => order(line) >= 0)
    .sort((one, other) => order(one) - order(other));
}

/** One letter as a line of a list. */
export async function letterLine(
  ctx: Ctx,
  letterId: string,
  language?: string,
): Promise<LetterLine | undefined> {
  const result = await ctx.db.raw<{ rows: LineRow[] }>(`${LINES} where l.id = :letterId`, {
    language: language ?? "",
    letterId,
  });
  return result.rows[0] && standingLine(ctx, result.rows[0]);
}

/** A line with the state in which the letter stands for everybody now. */
function standingLine(ctx: Ctx, row: LineRow): LetterLine {
  return { ...toLine(row), state: standingState(row, ctx.clock.now()) };
}

function toLine(row: LineRow): LetterLine {
  return {
    id: row.id,
    slug: row.slug,
    state: row.state,
    title: row.title,
    addressee: row.addressee,
    summary: row.summary,
    language: row.language,
    defaultLanguage: row.default_language,
    languages: row.languages,
    versionNumber: row.number,
    sponsorName: row.sponsor_name,
    closesAt: row.closes_at,
    createdAt: row.created_at,
    rowVersion: row.row_version,
    signed: row.signed,
    inReview: row.in_review,
  };
}
