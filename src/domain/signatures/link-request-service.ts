/**
 * "Send me the link again": the form only leaves a wish, in one statement that never looks who has signed; the worker
 * looks, moments later, and mails whoever it is from (decision 0017).
 */
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { repeatAsking } from "./attest-service.js";
import { repeatConfirmation } from "./confirm-service.js";
import {
  insertLinkRequest,
  listAwaited,
  takeLinkRequests,
  type LinkRequestRow,
} from "./link-request-store.js";
import { linkAgainCommand } from "./manage-commands.js";
import { mailManageLink } from "./manage-mail-service.js";
import { listEntriesOf } from "./manage-store.js";

/** How many wishes the worker looks at in one go. */
const AT_ONCE = 50;

/** Notes that somebody wants their links under a letter mailed again. Throws invalid for what is no address. */
export async function requestLinks(ctx: Ctx, letterId: string, input: unknown): Promise<void> {
  const { email } = parse(linkAgainCommand, input);
  const id = newId(ctx.clock);
  await insertLinkRequest(ctx.db, {
    id,
    letter_id: letterId,
    address_hash: ctx.keys.addressHash(email),
    sealed: ctx.keys.encrypt(email, id),
    requested_at: ctx.clock.now(),
  });
}

/** The address of a wish; nothing where it was sealed with a key that is gone, for that one can only be asked again. */
function opened(ctx: Ctx, wish: LinkRequestRow): string | undefined {
  try {
    return ctx.keys.decrypt(wish.sealed, wish.id);
  } catch {
    ctx.log.warn({ wish: wish.id }, "a wish for a link was sealed with another key");
    return undefined;
  }
}

/**
 * Mails their links to those who asked for them: to look after an entry, to confirm one, to attest for one; each within
 * the mails that an entry may cause. A tick of the worker calls it. Returns how many asked.
 */
export async function mailRequestedLinks(ctx: Ctx): Promise<number> {
  let taken = 0;
  while (taken < AT_ONCE && (await transaction(ctx, answerOne))) taken += 1;
  return taken;
}

/** Answers the wish that waits longest; false when none does. */
async function answerOne(tx: Ctx): Promise<boolean> {
  const [wish] = await takeLinkRequests(tx.db, 1);
  if (!wish) return false;
  const email = opened(tx, wish);
  if (email === undefined) return true;
  const letter = await letterToAnswer(tx, wish.letter_id);
  const awaited = await listAwaited(tx.db, wish.letter_id, email);
  await holdLocks(tx.db, { organisation: awaited.map((each) => each.organisation_id) });
  for (const each of awaited) {
    if (each.kind === "confirm") await repeatConfirmation(tx, each.id, letter);
    else await repeatAsking(tx, each, letter);
  }
  for (const row of await listEntriesOf(tx.db, wish.letter_id, email)) await mailManageLink(tx, row, letter);
  return true;
}
