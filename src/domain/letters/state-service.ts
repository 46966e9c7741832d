import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import type { Permission } from "../team/permission.js";
import { requirePermission } from "../team/service.js";
import { changeLetterCommand } from "./commands.js";
import { mayChangeNow, NEEDS_REASON, standingState, takesSignatures, type LetterState } from "./letter.js";
import { holdLetter } from "./service.js";
import { insertLeftOut } from "./course-store.js";
import {
  insertLetterHistory,
  listLettersPastEnd,
  listLettersToLaunch,
  setLetter,
  type LetterRow,
} from "./store.js";
import { entriesInReview } from "./views.js";

/** Acts that everybody will see, or that decide that they will, need more than writing does. */
function permissionFor(to: LetterState): Permission {
  return to === "in_review" || to === "draft" ? "letters:write" : "letters:publish";
}

/**
 * Moves a letter to another state. Throws conflict with the reason when it may not go there now, and for a stale row
 * version. Asking for the state it is in already changes nothing.
 */
export async function changeLetterState(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof changeLetterCommand>,
): Promise<LetterRow> {
  const command = parse(changeLetterCommand, input);
  requirePermission(ctx, permissionFor(command.to));
  if (NEEDS_REASON.has(command.to) && !command.reason) {
    throw invalid("letter.reason_missing", { reason: "errors.letter.reason_missing" });
  }
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, command.row_version);
    if (letter.state === command.to) return letter;
    const leftOut = new Set(command.left_out.map(({ id }) => id));
    const waiting = command.to === "delivered" ? await entriesInReview(tx, letter.id) : [];
    const verdict = mayChangeNow(letter.state, command.to, {
      now: tx.clock.now(),
      closesAt: letter.closes_at,
      closedAt: letter.closed_at,
      entriesInReview: waiting.filter(({ id }) => !leftOut.has(id)).length,
    });
    if (!verdict.may) throw conflict(`letter.${verdict.why}`);
    const inReview = new Set(waiting.map(({ id }) => id));
    const left = command.left_out.filter(({ id }) => inReview.has(id));
    if (command.to === "delivered") await insertLeftOut(tx.db, letter.id, left, tx.clock.now());
    return moveLetter(tx, letter, command.to, command.reason);
  });
}

/** Moves a letter that is held and of which was checked that it may go there, and keeps the step. For this concept's use cases. */
export async function moveLetter(
  tx: Ctx,
  letter: LetterRow,
  to: LetterState,
  reason = "",
): Promise<LetterRow> {
  const at = tx.clock.now();
  const changed = await setLetter(tx.db, letter.id, {
    state: to,
    ...(to === "open" && !letter.opened_at ? { opened_at: openedAt(letter, at) } : {}),
    ...(to === "closed" ? { closed_at: at } : {}),
    ...(takesSignatures(to) ? { closed_at: null } : {}),
  });
  await insertLetterHistory(tx.db, {
    id: newId(tx.clock),
    letter_id: letter.id,
    from_state: letter.state,
    to_state: to,
    reason,
    actor_kind: tx.actor.kind,
    actor_id: "id" in tx.actor ? tx.actor.id : null,
    at,
  });
  await record(tx, {
    action: "letter.state_changed",
    letterId: letter.id,
    subjectId: letter.id,
    detail: { from: letter.state, to },
  });
  return changed;
}

/** A letter that launched by itself opened at its launch, whenever the worker came by. */
function openedAt(letter: LetterRow, at: Date): Date {
  return letter.launch_at && letter.launch_at < at ? letter.launch_at : at;
}

/** Opens the letters whose launch has come; everybody sees them open already. Returns how many it opened. */
export async function openDueLetters(ctx: Ctx): Promise<number> {
  requirePermission(ctx, "letters:publish");
  const due = await listLettersToLaunch(ctx.db, ctx.clock.now());
  for (const { id } of due) {
    await transaction(ctx, async (tx) => {
      const letter = await holdLetter(tx, id, undefined);
      const stands = standingState(letter, tx.clock.now());
      if (letter.state !== stands) await moveLetter(tx, letter, stands);
    });
  }
  return due.length;
}

/** Closes the letters whose end has passed; the worker asks again and again. Returns how many it closed. */
export async function closeDueLetters(ctx: Ctx): Promise<number> {
  requirePermission(ctx, "letters:publish");
  const due = await listLettersPastEnd(ctx.db, ctx.clock.now());
  for (const { id } of due) {
    await transaction(ctx, async (tx) => {
      const letter = await holdLetter(tx, id, undefined);
      const passed = letter.closes_at !== null && letter.closes_at <= tx.clock.now();
      if (passed && (letter.state === "open" || letter.state === "paused"))
        await moveLetter(tx, letter, "closed");
    });
  }
  return due.length;
}
