import type { Ctx } from "../../platform/context.js";
import { gone, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { hashToken } from "../../platform/tokens.js";
import { LINK_PATHS, judgeLink, type Link, type LinkPurpose, type LinkVerdict } from "./link.js";
import {
  deleteLinksEnded,
  findLinkByHash,
  findStandingLink,
  insertLinks,
  listLinks,
  lockLinkByHash,
  setLinkActed,
  setLinksRevoked,
} from "./store.js";

/** Makes a link for a row. Without `expiresAt` it lasts until it is revoked. */
export async function makeLink(
  ctx: Ctx,
  purpose: LinkPurpose,
  subjectId: string,
  expiresAt: Date | null = null,
): Promise<Link> {
  const link = newLink(ctx, purpose, subjectId, expiresAt);
  await keepLinks(ctx, [link]);
  return link;
}

/** Makes links of one purpose for many rows, which last until they are revoked; by the id of their row. */
export async function makeLinks(
  ctx: Ctx,
  purpose: LinkPurpose,
  subjectIds: readonly string[],
): Promise<Map<string, Link>> {
  const links = subjectIds.map((subjectId) => newLink(ctx, purpose, subjectId, null));
  await keepLinks(ctx, links);
  return new Map(links.map((link) => [link.subjectId, link]));
}

function newLink(ctx: Ctx, purpose: LinkPurpose, subjectId: string, expiresAt: Date | null): Link {
  const id = newId(ctx.clock);
  return { id, purpose, subjectId, generation: 1, expiresAt, actedAt: null, revokedAt: null };
}

/** A link that somebody else keeps in a statement of their own, as a row of the table; nothing is kept here. */
export function linkToKeep(ctx: Ctx, purpose: LinkPurpose, subjectId: string, expiresAt: Date) {
  const link = newLink(ctx, purpose, subjectId, expiresAt);
  return {
    id: link.id,
    purpose,
    generation: link.generation,
    token_hash: hashToken(secretOf(ctx, link)),
    created_at: ctx.clock.now(),
    expires_at: expiresAt,
  };
}

async function keepLinks(ctx: Ctx, links: readonly Link[]): Promise<void> {
  const hashed = links.map((link) => ({ ...link, tokenHash: hashToken(secretOf(ctx, link)) }));
  await insertLinks(ctx.db, hashed, ctx.clock.now());
}

/** The standing link of a purpose for a row, if there is one; makes none. */
export async function standingLink(
  ctx: Ctx,
  purpose: LinkPurpose,
  subjectId: string,
): Promise<Link | undefined> {
  const link = await findStandingLink(ctx.db, purpose, subjectId);
  return link && judgeLink(link, ctx.clock.now()) === "usable" ? link : undefined;
}

/** The standing link of a purpose for a row, made if there is none. */
export async function ensureLink(ctx: Ctx, purpose: LinkPurpose, subjectId: string): Promise<Link> {
  return (await findStandingLink(ctx.db, purpose, subjectId)) ?? makeLink(ctx, purpose, subjectId);
}

/** The full address of a link, with its secret. Only for mails at the moment of sending, and for staff who may see it. */
export function linkAddress(ctx: Ctx, link: Link): string {
  return `${ctx.settings.publicUrl}${LINK_PATHS[link.purpose]}/${secretOf(ctx, link)}`;
}

/** The full addresses of links by id, for filling the placeholders of a mail. */
export async function linkAddresses(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const links = await listLinks(ctx.db, ids);
  return new Map(links.map((link) => [link.id, linkAddress(ctx, link)]));
}

/** Opens a link to look: what it is and whether it may still act. Throws not_found for a secret we never gave out. */
export async function openLink(
  ctx: Ctx,
  purpose: LinkPurpose,
  token: string,
): Promise<{ link: Link; verdict: LinkVerdict }> {
  const link = await findLinkByHash(ctx.db, purpose, hashToken(token));
  if (!link) throw notFound("link.unknown");
  return { link, verdict: judgeLink(link, ctx.clock.now()) };
}

/**
 * Holds a link for the rest of the transaction. A second click waits here and then sees `used`.
 * Throws not_found for an unknown secret, gone for an expired or revoked one.
 */
export async function holdLink(
  ctx: Ctx,
  purpose: LinkPurpose,
  token: string,
): Promise<{ link: Link; verdict: "usable" | "used" }> {
  const link = await lockLinkByHash(ctx.db, purpose, hashToken(token));
  if (!link) throw notFound("link.unknown");
  const verdict = judgeLink(link, ctx.clock.now());
  if (verdict === "expired" || verdict === "revoked") throw gone(`link.${verdict}`);
  return { link, verdict };
}

/** Notes that a link has acted; an acting link is used up by it. */
export async function useLink(ctx: Ctx, link: Link): Promise<void> {
  await setLinkActed(ctx.db, link.id, ctx.clock.now());
}

/** Ends every link of a purpose for a row. */
export async function revokeLinks(ctx: Ctx, purpose: LinkPurpose, subjectId: string): Promise<void> {
  await setLinksRevoked(ctx.db, purpose, subjectId, ctx.clock.now());
}

/** Deletes the links of an acting purpose that ended before a moment. Returns how many. */
export async function forgetLinks(
  ctx: Ctx,
  purpose: Extract<LinkPurpose, "sign_in">,
  before: Date,
): Promise<number> {
  return deleteLinksEnded(ctx.db, purpose, before);
}

function secretOf(ctx: Ctx, link: Link): string {
  return ctx.keys.token(link.purpose, link.id, link.generation);
}
