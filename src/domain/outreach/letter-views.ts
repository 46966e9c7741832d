/** What outreach needs to know of letters, and of the people who run it. */
import type { Ctx } from "../../platform/context.js";

/** The words of a letter that a mail may name. */
export interface LetterWords {
  title: string;
  addressee: string;
  closesAt: Date | null;
  /** Signatures that are published and public; the only ones that count. */
  signatures: number;
}

/** The words of the newest version of some letters in a language, or in the letter's own where it lacks that one. */
export async function wordsOfLetters(
  ctx: Ctx,
  letterIds: readonly string[],
  language: string,
): Promise<Map<string, LetterWords>> {
  const rows = (await ctx
    .db("letters as l")
    .joinRaw(
      "join lateral (select id from letter_versions v where v.letter_id = l.id order by number desc limit 1) v on true",
    )
    .join("letter_translations as t", "t.version_id", "v.id")
    .whereIn("l.id", [...letterIds])
    .orderByRaw(
      "t.language = ? desc, t.language = split_part(?, '-', 1) desc, t.language = l.default_language desc",
      [language, language],
    )
    .select(
      "l.id",
      "t.title",
      "t.addressee",
      "l.closes_at as closesAt",
      ctx.db.raw(
        `(select count(*)::int from signatures s where s.letter_id = l.id and s.state = 'published'
           and s.visibility = 'public' and s.kind = 'signature') as signatures`,
      ),
    )) as (LetterWords & { id: string })[];
  const words = new Map<string, LetterWords>();
  for (const row of rows) {
    const { id, ...rest } = row;
    if (!words.has(id)) words.set(id, rest);
  }
  return words;
}

/** A letter as outreach needs it. */
export interface MailedLetter {
  id: string;
  slug: string;
  state: string;
  defaultLanguage: string;
  sponsorName: string;
  sponsorAddress: string;
}

/** Letters by slug or id. */
export async function findMailedLetter(
  ctx: Ctx,
  which: { slug: string } | { id: string },
): Promise<MailedLetter | undefined> {
  const [row] = (await ctx.db("letters").where(which).limit(1)) as Record<string, string>[];
  return row && mailedLetter(row);
}

/** Every letter that a mailing can be about, newest first. */
export async function listMailedLetters(
  ctx: Ctx,
): Promise<(MailedLetter & { title: string; languages: string[] })[]> {
  const rows = (await ctx
    .db("letters as l")
    .joinRaw(
      "join lateral (select id from letter_versions v where v.letter_id = l.id order by number desc limit 1) v on true",
    )
    .whereIn("l.state", ["draft", "in_review", "approved", "gathering", "open", "paused"])
    .orderBy("l.created_at", "desc")
    .select(
      "l.*",
      ctx.db.raw(
        "(select title from letter_translations t where t.version_id = v.id order by t.language = l.default_language desc limit 1) as title",
      ),
      ctx.db.raw(
        "(select array_agg(t.language order by t.language) from letter_translations t where t.version_id = v.id) as languages",
      ),
    )) as (Record<string, string> & { title: string; languages: string[] })[];
  return rows.map((row) => ({ ...mailedLetter(row), title: row.title, languages: row.languages }));
}

function mailedLetter(row: Record<string, string>): MailedLetter {
  return {
    id: row["id"] ?? "",
    slug: row["slug"] ?? "",
    state: row["state"] ?? "",
    defaultLanguage: row["default_language"] ?? "en",
    sponsorName: row["sponsor_name"] ?? "",
    sponsorAddress: row["sponsor_address"] ?? "",
  };
}

/** The names of some staff members, by id. */
export async function staffNames(ctx: Ctx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const known = ids.filter((id) => id !== null);
  const rows = (await ctx.db("staff").whereIn("id", known).select("id", "name")) as {
    id: string;
    name: string;
  }[];
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Ids of the active staff members of some roles. */
export async function staffOfRoles(ctx: Ctx, roles: readonly string[]): Promise<string[]> {
  return ctx
    .db("staff")
    .where({ active: true })
    .whereIn("role", [...roles])
    .pluck("id");
}

/** The name and the address of an active staff member. */
export async function staffAddress(
  ctx: Ctx,
  id: string,
): Promise<{ name: string; email: string } | undefined> {
  return (await ctx.db("staff").where({ id, active: true }).first("name", "email")) as
    { name: string; email: string } | undefined;
}
