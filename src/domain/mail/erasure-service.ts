import type { Ctx } from "../../platform/context.js";
import { changeStates } from "./service.js";
import { lockMailsOfSigning, lockMailsTo, wipeMails } from "./erasure-store.js";
import type { MessageState } from "./message.js";
import type { StateChange } from "./store.js";

const UNSENT = ["draft", "approved", "queued", "blocked", "claimed"] as const;

/**
 * Takes a person out of every mail to them: address, name, words and answers of servers; states, hashes and ids stay.
 * What has not begun to go out is taken back. False, with nothing done, while a mail is on its way or uncertain.
 */
export async function erasePersonFromMails(
  ctx: Ctx,
  person: { contactId: string; organisationId: string; addressHash: Buffer | null; words: readonly string[] },
): Promise<boolean> {
  return eraseMails(ctx, await lockMailsTo(ctx.db, person), person);
}

/** Takes every person out of the mails that came of signing a letter, on the same condition. */
export async function eraseMailsOfSigning(ctx: Ctx, letterId: string): Promise<boolean> {
  const rows = await lockMailsOfSigning(ctx.db, letterId);
  return eraseMails(ctx, rows, { organisationId: letterId, words: [] });
}

async function eraseMails(
  ctx: Ctx,
  rows: readonly { id: string; state: MessageState }[],
  person: { organisationId: string; words: readonly string[] },
): Promise<boolean> {
  if (rows.some(({ state }) => state === "sending" || state === "uncertain")) return false;
  const changes = rows.map(({ id }): StateChange => ({
    id,
    state: "cancelled",
    reason: "contact_gone",
    token: null,
  }));
  await changeStates(ctx, changes, UNSENT);
  await wipeMails(
    ctx.db,
    rows.map(({ id }) => id),
    person,
  );
  return true;
}
