import type { z } from "zod";
import { HOUR, MINUTE } from "../../platform/clock.js";
import { transaction, type Actor, type Ctx } from "../../platform/context.js";
import { DomainError, conflict, forbidden, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { hashToken, randomToken } from "../../platform/tokens.js";
import { record } from "../activity/service.js";
import { listActivity, type ActivityFilter, type ActivityLine } from "../activity/views.js";
import type { Link, LinkVerdict } from "../links/link.js";
import { holdLink, linkAddress, linkToKeep, makeLink, openLink, useLink } from "../links/service.js";
import { addStaffCommand, changeStaffCommand, createTokenCommand, requestSignInCommand } from "./commands.js";
import { isRole, mayDo, type Permission } from "./permission.js";
import { reachOf, readReach, replaceReach } from "./reach-service.js";
import { insertLettersOf } from "./reach-store.js";
import {
  findApiToken,
  findSession,
  findStaff,
  findStaffByEmail,
  insertApiToken,
  insertSession,
  insertStaff,
  listApiTokens,
  listStaff,
  lockAdmins,
  setApiTokenRevoked,
  setApiTokenUsed,
  setApiTokensOfMakerRevoked,
  setSessionSeen,
  setSessionsRevoked,
  setStaff,
  type ApiTokenRow,
  type StaffRow,
} from "./store.js";

const SIGN_IN_LINK_LIFE = HOUR;
const SESSION_LIFE = 12 * HOUR;
const SESSION_IDLE = 2 * HOUR;
const SEEN_EVERY = MINUTE;

/** The first line of every staff use case: throws forbidden unless the actor holds the permission. */
export function requirePermission(ctx: Ctx, permission: Permission): void {
  if (!mayDo(ctx.actor, permission)) throw forbidden("team.not_allowed");
}

/** The id of the acting staff member, for `created_by` columns; null for tokens and the system. */
export function staffId(ctx: Ctx): string | null {
  return ctx.actor.kind === "staff" ? ctx.actor.id : null;
}

/**
 * The colleague who answers for an act: whoever acts, or whoever made the token that does. What needs a second person
 * asks for this one, so that nobody is their own second person by way of a script.
 */
export function answeringStaffId(ctx: Ctx): string | null {
  return ctx.actor.kind === "token" ? (ctx.actor.madeBy ?? null) : staffId(ctx);
}

/** Adds a colleague and returns the address of their one-time sign-in link. Throws conflict if the address is known. */
export async function addStaff(
  ctx: Ctx,
  input: z.input<typeof addStaffCommand>,
): Promise<{ id: string; signInAddress: string }> {
  requirePermission(ctx, "staff:manage");
  const command = parse(addStaffCommand, input);
  return transaction(ctx, async (tx) => {
    if (await findStaffByEmail(tx.db, command.email)) {
      throw conflict("team.known_address", { email: "errors.team.known_address" });
    }
    const id = newId(tx.clock);
    const reach = (await readReach(tx, command.role, command)) ?? undefined;
    await insertStaff(tx.db, {
      id,
      email: command.email,
      name: command.name ?? command.email.split("@")[0] ?? command.email,
      role: command.role,
      active: true,
      all_letters: reach === undefined,
      row_version: 1,
      created_at: tx.clock.now(),
    });
    if (reach) await insertLettersOf(tx.db, { staff_id: id }, reach);
    await record(tx, {
      action: "staff.added",
      subjectId: id,
      detail: { role: command.role, ...lettersIn(reach) },
    });
    return { id, signInAddress: linkAddress(tx, await makeSignInLink(tx, id)) };
  });
}

/**
 * Adds a colleague, or gives a known one this role and standing, and returns the address of a one-time sign-in link.
 * For the command line only: whoever can run it owns the machine, and a lost admin is recovered by it (ruling 34).
 */
export async function ensureStaff(
  ctx: Ctx,
  input: z.input<typeof addStaffCommand>,
): Promise<{ id: string; signInAddress: string; known: boolean }> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  const command = parse(addStaffCommand, input);
  return transaction(ctx, async (tx) => {
    const staff = await findStaffByEmail(tx.db, command.email);
    if (!staff) return { ...(await addStaff(tx, command)), known: false };
    const { role, reach, letters } = command;
    if (staff.role !== role || !staff.active || reach !== undefined || letters !== undefined) {
      const change = { role, active: true, reach, letters, row_version: staff.row_version };
      await changeStaff(tx, staff.id, change);
    }
    const link = await makeSignInLink(tx, staff.id);
    await record(tx, { action: "staff.link_made", subjectId: staff.id });
    return { id: staff.id, signInAddress: linkAddress(tx, link), known: true };
  });
}

/**
 * Changes a colleague’s role, letters or standing; each ends their sessions, so that the change holds at once, and whoever is
 * no admin any more loses the API tokens they made.
 * An admin has all letters. Throws conflict for a stale row_version, and when nobody would be left who may manage staff.
 */
export async function changeStaff(
  ctx: Ctx,
  id: string,
  input: z.input<typeof changeStaffCommand>,
): Promise<void> {
  requirePermission(ctx, "staff:manage");
  const { row_version: rowVersion, ...change } = parse(changeStaffCommand, input);
  await transaction(ctx, async (tx) => {
    const admins = await lockAdmins(tx.db);
    const staff = await findStaff(tx.db, id);
    if (!staff) throw notFound("team.unknown");
    const role = change.role ?? staff.role;
    const asked = await readReach(tx, isRole(role) ? role : undefined, change);
    const hasAll = role === "admin" || (asked === null ? staff.all_letters : asked === undefined);
    const kept = hasAll ? undefined : (asked ?? (await reachOf(tx, { staff_id: id }, false)).letters);
    const after = { role, active: change.active ?? staff.active, all_letters: hasAll };
    const staysAdmin = after.active && after.role === "admin";
    if (!staysAdmin && admins.length === 1 && admins[0]?.id === id) throw conflict("team.last_admin");
    await replaceReach(tx, { staff_id: id }, kept, async () => {
      if (!(await setStaff(tx.db, id, rowVersion, after))) throw conflict("team.changed_meanwhile");
    });
    await setSessionsRevoked(tx.db, { staff_id: id }, tx.clock.now());
    const detail = { role: after.role, active: after.active, ...lettersIn(kept) };
    await record(tx, { action: "staff.changed", subjectId: id, detail });
    if (staysAdmin) return;
    for (const tokenId of await setApiTokensOfMakerRevoked(tx.db, id, tx.clock.now())) {
      await record(tx, { action: "token.revoked", subjectId: tokenId, detail: { maker: id } });
    }
  });
}

function lettersIn(letters: readonly string[] | undefined): { letters?: readonly string[] } {
  return letters ? { letters } : {};
}

/** A fresh one-time sign-in link for a colleague, to be handed over by an admin. */
export async function makeColleagueLink(
  ctx: Ctx,
  id: string,
): Promise<{ signInAddress: string; email: string }> {
  requirePermission(ctx, "staff:manage");
  return transaction(ctx, async (tx) => {
    const staff = await findStaff(tx.db, id);
    if (!staff?.active) throw notFound("team.unknown");
    const link = await makeSignInLink(tx, id);
    await record(tx, { action: "staff.link_made", subjectId: id });
    return { signInAddress: linkAddress(tx, link), email: staff.email };
  });
}

/** Everyone who may sign in, by name. */
export async function listColleagues(ctx: Ctx): Promise<StaffRow[]> {
  requirePermission(ctx, "staff:manage");
  return listStaff(ctx.db);
}

/** A fresh sign-in link for a known address, to be printed or mailed; nothing for an unknown or dismissed one. */
export async function signInLinkFor(
  ctx: Ctx,
  input: z.input<typeof requestSignInCommand>,
): Promise<{ staff: StaffRow; link: Link } | undefined> {
  const command = parse(requestSignInCommand, input);
  const staff = await findStaffByEmail(ctx.db, command.email);
  if (!staff?.active) return undefined;
  return { staff, link: await makeSignInLink(ctx, staff.id) };
}

function makeSignInLink(ctx: Ctx, id: string): Promise<Link> {
  return makeLink(ctx, "sign_in", id, new Date(ctx.clock.now().getTime() + SIGN_IN_LINK_LIFE));
}

/** A sign-in link as a row, for the statement that knows whose it is. */
export function signInLinkToKeep(ctx: Ctx) {
  return linkToKeep(ctx, "sign_in", "", new Date(ctx.clock.now().getTime() + SIGN_IN_LINK_LIFE));
}

/** Whether a sign-in link can still be used. Throws not_found for a secret we never gave out. Changes nothing. */
export async function lookAtSignInLink(ctx: Ctx, token: string): Promise<LinkVerdict> {
  return (await openLink(ctx, "sign_in", token)).verdict;
}

/**
 * Turns a one-time sign-in link into a session; returns the secret for the cookie, always a fresh one. A session that the
 * browser still had (`previousSessionId`) ends. Throws gone for a used or old link.
 */
export async function signIn(
  ctx: Ctx,
  token: string,
  previousSessionId?: string,
): Promise<{ cookie: string; maxAge: number }> {
  return transaction(ctx, async (tx) => {
    const { link, verdict } = await holdLink(tx, "sign_in", token);
    if (verdict === "used") throw new DomainError("gone", "link.used");
    const staff = await findStaff(tx.db, link.subjectId);
    if (!staff?.active) throw forbidden("team.not_allowed");
    await useLink(tx, link);
    if (previousSessionId) await setSessionsRevoked(tx.db, { id: previousSessionId }, tx.clock.now());
    const cookie = randomToken();
    const at = tx.clock.now();
    await insertSession(tx.db, {
      id: newId(tx.clock),
      staff_id: staff.id,
      token_hash: hashToken(cookie),
      created_at: at,
      last_seen_at: at,
      expires_at: new Date(at.getTime() + SESSION_LIFE),
      revoked_at: null,
    });
    const actor: Actor = { kind: "staff", id: staff.id, name: staff.name, role: staff.role };
    await record({ ...tx, actor }, { action: "staff.signed_in", subjectId: staff.id });
    return { cookie, maxAge: SESSION_LIFE };
  });
}

/** The staff member behind a session cookie, or nobody when it is unknown, ended, too old or unused for two hours. */
export async function sessionActor(
  ctx: Ctx,
  cookie: string,
): Promise<{ actor: Extract<Actor, { kind: "staff" }>; sessionId: string } | undefined> {
  const session = await findSession(ctx.db, hashToken(cookie));
  const at = ctx.clock.now();
  if (!session || session.revoked_at || session.expires_at <= at) return undefined;
  if (at.getTime() - session.last_seen_at.getTime() > SESSION_IDLE) return undefined;
  const staff = await findStaff(ctx.db, session.staff_id);
  if (!staff?.active || !isRole(staff.role)) return undefined;
  if (at.getTime() - session.last_seen_at.getTime() > SEEN_EVERY)
    await setSessionSeen(ctx.db, session.id, at);
  const reach = await reachOf(ctx, { staff_id: staff.id }, staff.all_letters);
  return {
    actor: { kind: "staff", id: staff.id, name: staff.name, role: staff.role, ...reach },
    sessionId: session.id,
  };
}

/** Ends a session. */
export async function signOut(ctx: Ctx, sessionId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    await setSessionsRevoked(tx.db, { id: sessionId }, tx.clock.now());
    await record(tx, { action: "staff.signed_out", subjectId: staffId(tx) });
  });
}

/** Makes an API token and returns its secret, which is shown this once. */
export async function createApiToken(
  ctx: Ctx,
  input: z.input<typeof createTokenCommand>,
): Promise<{ id: string; token: string }> {
  requirePermission(ctx, "tokens:manage");
  const command = parse(createTokenCommand, input);
  const token = `cs_${randomToken()}`;
  const id = newId(ctx.clock);
  return transaction(ctx, async (tx) => {
    const reach = (await readReach(tx, undefined, command)) ?? undefined;
    await insertApiToken(tx.db, {
      id,
      name: command.name,
      token_hash: hashToken(token),
      scopes: [...new Set(command.scopes)],
      all_letters: reach === undefined,
      created_by: answeringStaffId(tx),
      created_at: tx.clock.now(),
      last_used_at: null,
      revoked_at: null,
    });
    if (reach) await insertLettersOf(tx.db, { token_id: id }, reach);
    const detail = { scopes: command.scopes, ...lettersIn(reach) };
    await record(tx, { action: "token.created", subjectId: id, detail });
    return { id, token };
  });
}

/** All API tokens without their secrets, newest first. */
export async function listTokens(ctx: Ctx): Promise<Omit<ApiTokenRow, "token_hash">[]> {
  requirePermission(ctx, "tokens:manage");
  const rows = await listApiTokens(ctx.db);
  return rows.map(({ token_hash: _hash, ...row }) => row);
}

/** Ends an API token at once. */
export async function revokeApiToken(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "tokens:manage");
  await transaction(ctx, async (tx) => {
    await setApiTokenRevoked(tx.db, id, tx.clock.now());
    await record(tx, { action: "token.revoked", subjectId: id });
  });
}

/** The actor behind a bearer token, or nobody when it is unknown or revoked. */
export async function tokenActor(
  ctx: Ctx,
  token: string,
): Promise<Extract<Actor, { kind: "token" }> | undefined> {
  const row = await findApiToken(ctx.db, hashToken(token));
  if (!row || row.revoked_at) return undefined;
  const at = ctx.clock.now();
  if (!row.last_used_at || at.getTime() - row.last_used_at.getTime() > SEEN_EVERY) {
    await setApiTokenUsed(ctx.db, row.id, at);
  }
  const { id, name, scopes, created_by: madeBy } = row;
  return {
    kind: "token",
    id,
    name,
    scopes,
    madeBy,
    ...(await reachOf(ctx, { token_id: id }, row.all_letters)),
  };
}

/** The record of all acts, newest first, a page at a time. */
export async function auditTrail(ctx: Ctx, filter: ActivityFilter): Promise<Page<ActivityLine>> {
  requirePermission(ctx, "audit:read");
  return listActivity(ctx, filter);
}
