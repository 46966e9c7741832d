/** What signatures do for pledges: the condition a form asks for, and the steps that a pledge takes later. */
import type { Ctx } from "../../platform/context.js";
import { invalid } from "../../platform/errors.js";
import { record } from "../activity/service.js";
import type { SignatureInput } from "./commands.js";
import { TEN_LARGEST } from "./condition.js";
import { moveSignature } from "./movement-service.js";
import { countLargest, insertPeers, lockPledges, shareFirm } from "./pledge-store.js";
import { settleAccepted } from "./settling-service.js";
import type { Cause, SignatureState } from "./signature.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

/** The columns of the condition that a form asks for; empty for anything but a pledge. */
export function conditionOf(
  command: SignatureInput,
): Pick<SignatureRow, "condition_count" | "condition_class" | "condition_deadline"> {
  if (command.appearance !== "pledge") {
    return { condition_count: null, condition_class: null, condition_deadline: null };
  }
  const count = command.condition_class === "ten_largest" ? TEN_LARGEST.half : command.condition_count;
  return {
    condition_count: count ?? null,
    condition_class: command.condition_class ?? null,
    condition_deadline: command.condition_deadline ?? null,
  };
}

/** Whether ten groups have a figure, so that a pledge can wait for half of them. */
export async function knowsTenLargest(ctx: Ctx): Promise<boolean> {
  return (await countLargest(ctx.db)) === TEN_LARGEST.pinned;
}

/** Throws invalid where a form waits for half of the ten largest and we do not know ten. */
export async function requireTenLargest(ctx: Ctx, command: SignatureInput): Promise<void> {
  if (command.appearance !== "pledge" || command.condition_class !== "ten_largest") return;
  if (await knowsTenLargest(ctx)) return;
  throw invalid("form.invalid", { condition_class: "errors.signatures.ten_largest" });
}

/** Pins the ten largest groups, with figure, date and source, to a pledge that waits for half of them. */
export async function pinTenLargest(tx: Ctx, row: SignatureRow): Promise<void> {
  if (row.kind === "pledge" && row.condition_class === "ten_largest") {
    await insertPeers(tx.db, row.id, tx.clock.now());
  }
}

/** A signature by its id; undefined if there is none. */
export async function pledgeById(ctx: Ctx, id: string): Promise<SignatureRow | undefined> {
  return findSignature(ctx.db, id);
}

/** The same, held until the transaction ends. */
export async function holdPledge(tx: Ctx, id: string): Promise<SignatureRow | undefined> {
  return lockSignature(tx.db, id);
}

/** The pledges of a letter in these states, held until the transaction ends. */
export async function holdPledges(
  tx: Ctx,
  letterId: string,
  states: readonly SignatureState[],
): Promise<SignatureRow[]> {
  return lockPledges(tx.db, letterId, states);
}

/** Keeps what counts as firm as it is until the transaction ends: a withdrawal comes before it or after. */
export async function holdFirm(tx: Ctx, letterId: string): Promise<void> {
  await shareFirm(tx.db, letterId);
}

/** Takes one step with a pledge that stays one, and notes it in the activity. */
export async function stepPledge(
  tx: Ctx,
  row: SignatureRow,
  cause: Extract<Cause, "condition_met" | "set_back" | "lapsed" | "retracted">,
): Promise<SignatureRow> {
  const moved = await moveSignature(tx, row, cause);
  await note(tx, moved, `pledge.${cause}`);
  return moved;
}

/**
 * Makes a signature of a pledge, whose condition was met (`activated`) or whose signatory no longer waits
 * (`signed_now`), and lets it go the usual way: onto the page, or held until launch, or counted in confidence, or kept until staff approve its
 * reservation.
 */
export async function makeSignature(
  tx: Ctx,
  row: SignatureRow,
  cause: Extract<Cause, "activated" | "signed_now">,
  letterState: string,
): Promise<SignatureRow> {
  const at = tx.clock.now();
  const accepted = await moveSignature(tx, row, cause, { kind: "signature", activated_at: at });
  const settled = await settleAccepted(tx, accepted, { state: letterState });
  await note(tx, settled, `pledge.${cause}`, { outcome: settled.state });
  return settled;
}

async function note(
  tx: Ctx,
  row: SignatureRow,
  action: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail,
  });
}
