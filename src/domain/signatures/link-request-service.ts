/**
 * "Send me the link again": the form only leaves a wish, in one statement that never looks who has signed; the worker
 * looks, moments later, and mails whoever it is from (decision 0017).
 */
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { insertLinkRequest, takeLinkRequests, type LinkRequestRow } from "./link-request-store.js";
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

/** Mails their links to those who asked for them and have signed; a tick of the worker calls it. Returns how many asked. */
export async function mailRequestedLinks(ctx: Ctx): Promise<number> {
  return transaction(ctx, async (tx) => {
    const wishes = await takeLinkRequests(tx.db, AT_ONCE);
    for (const wish of wishes) {
      const email = opened(tx, wish);
      if (email === undefined) continue;
      const letter = await letterToAnswer(tx, wish.letter_id);
      for (const row of await listEntriesOf(tx.db, wish.letter_id, email))
        await mailManageLink(tx, row, letter);
    }
    return wishes.length;
  });
}
