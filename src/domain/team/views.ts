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
      "s.name as madeBy",
      "t.created_at as createdAt",
      "t.last_used_at as lastUsedAt",
      "t.revoked_at as revokedAt",
    );
}
