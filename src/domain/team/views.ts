import type { Ctx } from "../../platform/context.js";
import { forbidden, notFound } from "../../platform/errors.js";
import { mayDo } from "./permission.js";

/** A colleague on the staff page. */
export interface Colleague {
  id: string;
  email: string;
  name: string;
  role: string;
  active: boolean;
  /** Slugs of the only letters they are there for; null: all. */
  letters: string[] | null;
  rowVersion: number;
  createdAt: Date;
  /** When they last did anything in the console. */
  lastSeenAt: Date | null;
}

/** Everyone who may or might sign in, by name. Needs staff:manage. */
export async function colleagues(ctx: Ctx): Promise<Colleague[]> {
  if (!mayDo(ctx.actor, "staff:manage")) throw forbidden("team.not_allowed");
  return ctx
    .db("staff as s")
    .leftJoin("sessions as e", "e.staff_id", "s.id")
    .groupBy("s.id")
    .orderByRaw("s.active desc, lower(s.name), s.id")
    .select<Colleague[]>(
      "s.id",
      "s.email",
      "s.name",
      "s.role",
      "s.active",
      ctx.db.raw(`case when not s.all_letters then array(select l.slug from staff_letters as sl
        join letters as l on l.id = sl.letter_id where sl.staff_id = s.id order by l.slug) end as letters`),
      "s.row_version as rowVersion",
      "s.created_at as createdAt",
      ctx.db.raw('max(e.last_seen_at) as "lastSeenAt"'),
    );
}

/** One colleague. Needs staff:manage; throws not_found for an unknown one. */
export async function colleague(ctx: Ctx, id: string): Promise<Colleague> {
  const found = (await colleagues(ctx)).find((each) => each.id === id);
  if (!found) throw notFound("team.unknown");
  return found;
}

/** An API token on its page; its secret is not kept anywhere. */
export interface TokenLine {
  id: string;
  name: string;
  scopes: string[];
  /** Slugs of the only letters it is for; null: all. */
  letters: string[] | null;
  madeBy: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

/** All API tokens, those in use first, newest first. Needs tokens:manage. */
export async function tokenLines(ctx: Ctx): Promise<TokenLine[]> {
  if (!mayDo(ctx.actor, "tokens:manage")) throw forbidden("team.not_allowed");
  return ctx
    .db("api_tokens as t")
    .leftJoin("staff as s", "s.id", "t.created_by")
    .orderByRaw("(t.revoked_at is not null), t.created_at desc, t.id")
    .select<TokenLine[]>(
      "t.id",
      "t.name",
      "t.scopes",
      ctx.db.raw(`case when not t.all_letters then array(select l.slug from api_token_letters as tl
        join letters as l on l.id = tl.letter_id where tl.token_id = t.id order by l.slug) end as letters`),
      "s.name as madeBy",
      "t.created_at as createdAt",
      "t.last_used_at as lastUsedAt",
      "t.revoked_at as revokedAt",
    );
}

/** Ids of the letters with these slugs, as far as there are such. */
export async function letterIdsBySlug(ctx: Ctx, slugs: readonly string[]): Promise<string[]> {
  return ctx.db("letters").whereIn("slug", slugs).orderBy("id").pluck<string[]>("id");
}

/** Slugs of all letters that the actor may know, in order. */
export async function letterSlugs(ctx: Ctx): Promise<string[]> {
  return ctx.db("letters").orderBy("slug").pluck<string[]>("slug");
}

/**
 * Whether one of these ids or slugs is of a letter that the actor is not there for, or of something about it. For a
 * colleague or token with listed letters only; both stand in the database that they see.
 */
export async function isOfOtherLetters(
  ctx: Ctx,
  { ids, slugs }: { ids: readonly string[]; slugs: readonly string[] },
): Promise<boolean> {
  const found = await ctx.db.raw<{ rows: { elsewhere: boolean }[] }>(
    `select coalesce((select bool_or(by_letter.elsewhere(id)) from unnest(:ids::uuid[]) as id), false)
       or exists (select from public.tasks as t where t.id = any (:ids::uuid[])
         and not exists (select from by_letter.tasks as mine where mine.id = t.id))
       or exists (select from public.outreach_holds as h where h.id = any (:ids::uuid[])
         and not exists (select from by_letter.outreach_holds as mine where mine.id = h.id))
       or exists (select from public.letters as l where l.slug = any (:slugs::text[])
         and not exists (select from by_letter.letters as mine where mine.id = l.id)) as elsewhere`,
    { ids: [...ids], slugs: [...slugs] },
  );
  return found.rows[0]?.elsewhere ?? true;
}
