/**
 * Holding outreach for a contact, an organisation, a sequence, a mailbox or a letter; letting it go on; stopping it for
 * good. A hold is a row that the commit point asks again, so that a mail made a moment later is held as well.
 */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { invalid, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { holdLocks, type Locks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record, type Act } from "../activity/service.js";
import {
  cancelEnrolmentMessages,
  freeEnrolmentMessages,
  holdEnrolmentMessages,
} from "../mail/holding-service.js";
import { requirePermission, staffId } from "../team/service.js";
import type { PauseReason } from "./enrolment.js";
import { enrolmentLine } from "./enrolment-views.js";
import { PAUSE_BY_SCOPE, heldBy, type HoldScope, type LiveHold } from "./hold.js";
import { endHold, insertHold, liveHolds, lockLiveHold, setHold, type HoldRow } from "./hold-store.js";
import { holdSubject, listAway, listHolds, type AwayLine, type HoldLine } from "./hold-views.js";
import { holdCommand, holdSubjectCommand, pauseEnrolmentCommand } from "./sequence-commands.js";
import { readRules, windowOf } from "./sequence.js";
import {
  finishEnrolments,
  liveEnrolmentsById,
  liveEnrolmentsOf,
  pauseEnrolments,
  resumeEnrolments,
  type LiveEnrolment,
} from "./store.js";
import { expiresAt, opensAt, placeOf } from "./window.js";

/**
 * Holds outreach until somebody ends the hold, or until a date. A second hold on the same thing changes reason and date
 * of the first. Returns how many enrolments wait by it. Throws invalid for a thing that is not there.
 */
export async function holdOutreach(
  ctx: Ctx,
  input: z.input<typeof holdCommand>,
): Promise<{ id: string; held: number }> {
  requirePermission(ctx, "outreach:write");
  const command = parse(holdCommand, input);
  const until = command.until ?? null;
  if (until && until <= ctx.clock.now()) throw invalid("hold.until", { until: "errors.hold.until" });
  return transaction(ctx, async (tx) => {
    const act = await lockSubject(tx, command.scope, command.subject_id);
    const standing = await lockLiveHold(tx.db, command.scope, command.subject_id);
    const reason = command.reason ?? null;
    const id = standing?.id ?? newId(tx.clock);
    if (standing) await setHold(tx.db, id, { reason, until });
    else await insertHold(tx.db, newHold(tx, id, { ...command, reason, until }));
    const live = await liveEnrolmentsOf(tx.db, command.scope, command.subject_id);
    const pause = PAUSE_BY_SCOPE[command.scope];
    const running = live.filter((enrolment) => enrolment.state === "active" || isBegun(enrolment));
    await pauseEnrolments(tx.db, ids(running), { reason: pause, until: null }, "running");
    await holdEnrolmentMessages(tx, ids(live), pause);
    const detail = { scope: command.scope, held: live.length, until: until?.toISOString() ?? null };
    await record(tx, { ...act, action: "outreach.held", detail });
    return { id, held: live.length };
  });
}

/** Who waits for approval goes on waiting for that; the hold lies on the mail only. */
function isBegun(enrolment: LiveEnrolment): boolean {
  return enrolment.state === "pending" && enrolment.state_reason !== "approval";
}

function newHold(
  ctx: Ctx,
  id: string,
  hold: { scope: HoldScope; subject_id: string; reason: string | null; until: Date | null },
): HoldRow {
  return {
    id,
    scope: hold.scope,
    subject_id: hold.subject_id,
    reason: hold.reason,
    until: hold.until,
    created_by: staffId(ctx),
    created_at: ctx.clock.now(),
    ended_by: null,
    ended_at: null,
  };
}

/**
 * Ends a hold. What it held goes on unless another hold lies on it: only the next mail of each, at once or when its
 * hours come, and the later ones keep their distance. Who is away stays paused until the return, unless a person lets
 * that very contact go on, or an organisation on which no hold lay. Returns how many enrolments go on. Throws not_found for a thing that is not there.
 */
export async function resumeOutreach(
  ctx: Ctx,
  input: z.input<typeof holdSubjectCommand>,
): Promise<{ resumed: number }> {
  requirePermission(ctx, "outreach:write");
  const { scope, subject_id: subjectId } = parse(holdSubjectCommand, input);
  return transaction(ctx, async (tx) => {
    const act = await lockSubject(tx, scope, subjectId);
    const standing = await lockLiveHold(tx.db, scope, subjectId);
    if (standing) await endHold(tx.db, standing.id, tx.clock.now(), staffId(tx));
    const live = await liveEnrolmentsOf(tx.db, scope, subjectId);
    const isNear = scope === "contact" || scope === "organisation";
    const concerned = live.filter(
      (each) => isNear || each.state !== "paused" || each.state_reason === PAUSE_BY_SCOPE[scope],
    );
    const isByHand = tx.actor.kind !== "system";
    const endsAbsences = isByHand && (scope === "contact" || (scope === "organisation" && !standing));
    const resumed = await letGo(tx, concerned, endsAbsences);
    await record(tx, { ...act, action: "outreach.resumed", detail: { scope, resumed } });
    return { resumed };
  });
}

/** Lets enrolments go on that nothing holds any more, and names what holds the others. Returns how many go on. */
async function letGo(ctx: Ctx, concerned: readonly LiveEnrolment[], endsAbsences: boolean): Promise<number> {
  const now = ctx.clock.now();
  const away = endsAbsences ? [] : concerned.filter((enrolment) => isAway(enrolment, now));
  const enrolments = concerned.filter((enrolment) => !away.includes(enrolment));
  await holdEnrolmentMessages(ctx, ids(away), "out_of_office");
  const holds = await liveHolds(ctx.db, enrolments.flatMap(subjectsOf), now);
  const free: LiveEnrolment[] = [];
  const still = new Map<PauseReason, string[]>();
  for (const enrolment of enrolments) {
    const reason = stillHeld(enrolment, holds);
    if (reason) still.set(reason, [...(still.get(reason) ?? []), enrolment.id]);
    else free.push(enrolment);
  }
  for (const [reason, held] of still) {
    await pauseEnrolments(ctx.db, held, { reason, until: null }, "paused");
    await holdEnrolmentMessages(ctx, held, reason);
  }
  await resumeEnrolments(ctx.db, ids(free));
  const byId = new Map(free.map((enrolment) => [enrolment.id, enrolment]));
  await freeEnrolmentMessages(ctx, ids(free), (id, dueAt) => {
    const enrolment = byId.get(id);
    const country = enrolment?.country ?? null;
    const place = placeOf({ country, timeZone: enrolment?.time_zone ?? null });
    const window = windowOf(readRules(enrolment?.rules ?? {}), country);
    const due = opensAt(window, place, dueAt > now ? dueAt : now);
    return { dueAt: due, expiresAt: expiresAt(window, place, due) };
  });
  return free.length;
}

function isAway({ state, state_reason: reason, paused_until: until }: LiveEnrolment, now: Date): boolean {
  return state === "paused" && reason === "out_of_office" && until !== null && until > now;
}

function stillHeld(enrolment: LiveEnrolment, holds: readonly LiveHold[]): PauseReason | undefined {
  const held = heldBy(holds, {
    contact: enrolment.contact_id,
    organisation: enrolment.organisation_id,
    sequence: enrolment.sequence_id,
    mailbox: enrolment.mailbox_id,
    letter: enrolment.letter_id,
  });
  return held ?? (enrolment.letter_state === "paused" ? "letter_paused" : undefined);
}

function subjectsOf(enrolment: LiveEnrolment): string[] {
  const { contact_id: contact, organisation_id: organisation, sequence_id: sequence } = enrolment;
  const { letter_id: letter, mailbox_id: mailbox } = enrolment;
  return [contact, organisation, sequence, letter, ...(mailbox ? [mailbox] : [])];
}

/**
 * Stops outreach for good: every enrolment that something concerns ends, and what has not begun to go out is taken back.
 * Returns how many ended. Throws not_found for a thing that is not there.
 */
export async function stopOutreachOf(
  ctx: Ctx,
  input: z.input<typeof holdSubjectCommand>,
): Promise<{ stopped: number }> {
  requirePermission(ctx, "outreach:write");
  const { scope, subject_id: subjectId } = parse(holdSubjectCommand, input);
  return transaction(ctx, async (tx) => {
    const act = await lockSubject(tx, scope, subjectId);
    const live = await liveEnrolmentsOf(tx.db, scope, subjectId);
    const ends = live.map(({ id }) => ({ id, reason: "removed" }));
    await cancelEnrolmentMessages(tx, ends);
    await finishEnrolments(tx.db, ends, tx.clock.now());
    await record(tx, { ...act, action: "outreach.stopped", detail: { scope, stopped: ends.length } });
    return { stopped: ends.length };
  });
}

/** Takes the locks of the commit point that fit the scope. Throws not_found for a thing that is not there. */
async function lockSubject(ctx: Ctx, scope: HoldScope, id: string): Promise<Omit<Act, "action">> {
  const subject = await holdSubject(ctx, scope, id);
  if (!subject) throw notFound("hold.unknown");
  const locks: Record<HoldScope, Locks> = {
    contact: { organisation: [subject.organisationId ?? ""] },
    organisation: { organisation: [id] },
    sequence: { letter: [subject.letterId ?? ""] },
    letter: { letter: [id] },
    mailbox: { mailbox: [ctx.settings.mailFrom, id] },
  };
  await holdLocks(ctx.db, locks[scope]);
  return {
    organisationId: subject.organisationId,
    letterId: subject.letterId,
    contactId: scope === "contact" ? id : null,
    subjectId: id,
  };
}

/** Pauses one contact's way through a sequence, which holds everything to that contact. Throws not_found. */
export async function pauseEnrolment(
  ctx: Ctx,
  id: string,
  input: z.input<typeof pauseEnrolmentCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  await holdOutreach(ctx, { ...input, scope: "contact", subject_id: await contactOf(ctx, id) });
}

/** Lets a paused enrolment go on, whatever it was paused for. Throws not_found. */
export async function resumeEnrolment(ctx: Ctx, id: string): Promise<{ resumed: number }> {
  requirePermission(ctx, "outreach:write");
  return resumeOutreach(ctx, { scope: "contact", subject_id: await contactOf(ctx, id) });
}

async function contactOf(ctx: Ctx, enrolmentId: string): Promise<string> {
  const line = await enrolmentLine(ctx, enrolmentId);
  if (!line) throw notFound("enrolment.unknown");
  return line.contactId;
}

/** Holds that last, newest first; those on some things only where they are named. */
export async function browseHolds(
  ctx: Ctx,
  filter: { scope?: HoldScope | undefined; subjectId?: string | undefined } = {},
): Promise<HoldLine[]> {
  requirePermission(ctx, "messages:read");
  return listHolds(ctx, filter);
}

/** Contacts who are away, as an automatic reply said, the one who is back first on top. */
export async function browseAway(ctx: Ctx): Promise<AwayLine[]> {
  requirePermission(ctx, "messages:read");
  return listAway(ctx);
}

/** Lets go on what a tick found: belongs to `releaseDueHolds`. Returns how many go on. */
export async function letGoOf(ctx: Ctx, enrolmentIds: readonly string[]): Promise<number> {
  return letGo(ctx, await liveEnrolmentsById(ctx.db, enrolmentIds), false);
}

function ids(enrolments: readonly { id: string }[]): string[] {
  return enrolments.map((enrolment) => enrolment.id);
}
