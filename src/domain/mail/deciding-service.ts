/** What staff decide about mails of which nothing has gone out yet, and about those of which nobody knows. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import { resolveMessageCommand } from "./commands.js";
import { RESOLUTIONS, UNBEGUN, mayBecome, type MessageState } from "./message.js";
import { APPROVE_FIRST, MAY_WAIT, changeStates, noteStates } from "./service.js";
import {
  lockMessage,
  lockMessagesOfSteps,
  setEdited,
  setFreed,
  type ChangedMessage,
  type MessageRow,
  type StateChange,
} from "./store.js";

/** Lets the approved drafts of some steps go out, but for those that a person has to look at one by one. Returns how many. */
export async function releaseDrafts(ctx: Ctx, stepIds: readonly string[]): Promise<number> {
  const ids = await lockMessagesOfSteps(ctx.db, stepIds, ["draft"], APPROVE_FIRST);
  return releaseMessages(ctx, ids);
}

async function releaseMessages(ctx: Ctx, ids: readonly string[], times: Times = due(ctx)): Promise<number> {
  const change = (state: MessageState) =>
    ids.map((id) => ({ id, state, reason: null, token: null, ...(state === "queued" ? times : {}) }));
  await changeStates(ctx, change("approved"), ["draft"]);
  const queued = await changeStates(ctx, change("queued"), ["approved"]);
  return queued.length;
}

/** When a mail is due, and when it is too late for it. */
export interface Times {
  dueAt: Date;
  expiresAt: Date;
}

function due(ctx: Ctx): Times {
  const now = ctx.clock.now();
  return { dueAt: now, expiresAt: new Date(now.getTime() + MAY_WAIT) };
}

/** Takes back what has not begun to go out of some steps. Returns the messages that were stopped. */
export async function cancelMessages(
  ctx: Ctx,
  stepIds: readonly string[],
  reason: string,
): Promise<ChangedMessage[]> {
  const ids = await lockMessagesOfSteps(ctx.db, stepIds, UNBEGUN);
  const changes = ids.map((id): StateChange => ({ id, state: "cancelled", reason, token: null }));
  return changeStates(ctx, changes, UNBEGUN);
}

/** Whether a message waits for a person's yes: a draft, or one that the rule of its country held later on. */
export function waitsForYes(message: { state: string; held_reason: string | null }): boolean {
  return message.state === "draft" || isHeldFirst(message);
}

function isHeldFirst({ state, held_reason: held }: { state: string; held_reason: string | null }): boolean {
  return state === "queued" && held === APPROVE_FIRST;
}

/** Approves one message that waits for a person's yes; due at once unless told otherwise. Throws conflict when it does not wait. */
export async function approveMessage(ctx: Ctx, id: string, times?: Times): Promise<void> {
  requirePermission(ctx, "outreach:write");
  await transaction(ctx, async (tx) => {
    const message = await lockMessage(tx.db, id);
    if (!message) throw notFound("message.unknown");
    if (!waitsForYes(message)) throw conflict("message.not_waiting");
    if (isHeldFirst(message)) await approveHeld(tx, message, times);
    else await releaseMessages(tx, [id], times);
    await record(tx, act("message.approved", message));
  });
}

/** A mail that was already queued when the rule of its country changed; its time begins with the approval. */
async function approveHeld(ctx: Ctx, message: MessageRow, times: Times = due(ctx)): Promise<void> {
  await setFreed(ctx.db, [{ id: message.id, ...times }]);
  await noteStates(ctx, [{ ...message, state: "approved", state_reason: null, claim_token: null }]);
}

/** Gives one message that waits for a person's yes other words than its template's; the caller has checked them. */
export async function editMessage(
  ctx: Ctx,
  id: string,
  words: { subject: string; body: string },
): Promise<void> {
  const message = await lockMessage(ctx.db, id);
  if (!message || !waitsForYes(message)) throw conflict("message.not_waiting");
  await setEdited(ctx.db, id, words);
  await record(ctx, act("message.edited", message));
}

/** How staff take back one message: left unsent in the approval queue, left out of its sequence, or cancelled. */
export type TakenBack = "rejected" | "skipped" | "cancelled";

/**
 * Takes back one message of which nothing has gone out, also one that is held. Throws conflict for one that a worker has
 * taken up or that is settled; where it is rejected, for one that does not wait for approval.
 */
export async function takeBackMessage(ctx: Ctx, id: string, how: TakenBack): Promise<ChangedMessage> {
  const message = isUuid(id) ? await lockMessage(ctx.db, id) : undefined;
  if (!message) throw notFound("message.unknown");
  if (how === "rejected" && !waitsForYes(message)) throw conflict("message.not_waiting");
  if (!UNBEGUN.includes(message.state)) throw conflict("message.begun");
  const change: StateChange = { id, state: "cancelled", reason: `${how}_by_staff`, token: null };
  const [changed] = await changeStates(ctx, [change], UNBEGUN);
  await record(ctx, act(`message.${how}`, message));
  return changed ?? { ...message, state_before: message.state };
}

/**
 * Settles an uncertain message by what a person found out: it arrived, it may be sent again, or it did not arrive.
 * A message that waited for a value may be sent again, too. Throws conflict in any other state, and while the last
 * attempt of an uncertain one could still be running. What goes again is due at once unless told otherwise.
 */
export async function resolveMessage(
  ctx: Ctx,
  id: string,
  input: z.input<typeof resolveMessageCommand>,
  times: Times = due(ctx),
): Promise<ChangedMessage> {
  requirePermission(ctx, "outreach:write");
  const command = parse(resolveMessageCommand, input);
  return transaction(ctx, async (tx) => {
    const message = isUuid(id) ? await lockMessage(tx.db, id) : undefined;
    if (!message) throw notFound("message.unknown");
    const state = RESOLUTIONS[command.as];
    const isOpen = message.state === "uncertain" || message.state === "blocked";
    if (!isOpen || !mayBecome(message.state, state)) throw conflict("message.not_uncertain");
    if (message.state === "uncertain" && state === "queued" && isLeased(tx, message)) {
      throw conflict("message.still_sending");
    }
    const change = { id, state, reason: "settled_by_staff", token: null };
    const [changed] = await changeStates(
      tx,
      [{ ...change, ...(state === "queued" ? times : {}) }],
      [message.state],
    );
    await record(tx, act("message.settled", message, { as: command.as }));
    return changed ?? { ...message, state_before: message.state };
  });
}

function isLeased(ctx: Ctx, { lease_until: lease }: MessageRow): boolean {
  return lease !== null && lease > ctx.clock.now();
}

function act(action: string, message: MessageRow, detail: Record<string, unknown> = {}) {
  return {
    action,
    letterId: message.letter_id,
    organisationId: message.organisation_id,
    contactId: message.contact_id,
    subjectId: message.id,
    detail,
  };
}
