/** Takes in what witnesses signed of a letter's log. Only who is named in the settings counts, and only what fits. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { invalid } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import { requirePermission } from "../team/service.js";
import { cosignatureCommand } from "./commands.js";
import { readCheckpoint, readKey, WITNESS_SIGNATURE, type VerifierKey } from "./note.js";
import { logHead } from "./service.js";
import { insertCosignatures } from "./store.js";
import { signedRoot } from "./views.js";
import { linesOf, type Witnessed } from "./witness.js";

/** The witnesses that the settings name. */
export function witnessesOf(ctx: Ctx): VerifierKey[] {
  const keys = (ctx.settings.logWitnesses ?? []).flatMap((word) => readKey(word) ?? []);
  return keys.filter(({ type }) => type === WITNESS_SIGNATURE);
}

/**
 * Keeps the lines of witnesses below a checkpoint of this letter's log. Throws invalid, with a sentence, for what is no
 * checkpoint, one that this log never signed, one without a line of a known witness, or with a line that is wrong:
 * then none of it is kept. Sending the same again changes nothing.
 */
export async function addCosignatures(
  ctx: Ctx,
  slug: string,
  input: z.input<typeof cosignatureCommand>,
): Promise<{ size: number; kept: number; witnessed: Witnessed[] }> {
  requirePermission(ctx, "letters:write");
  const { checkpoint: given } = parse(cosignatureCommand, input);
  const checkpoint = readCheckpoint(given);
  if (!checkpoint) throw refused("unreadable");
  const letter = await findLetter(ctx, slug);
  const { origin } = await logHead(ctx, letter.id);
  if (checkpoint.origin !== origin) throw refused("other_log");
  const root = await signedRoot(ctx, letter.id, checkpoint.size);
  if (!root?.equals(checkpoint.root)) throw refused("never_signed");
  const now = ctx.clock.now();
  const { good, wrong } = linesOf(checkpoint, witnessesOf(ctx), now.getTime() / 1000);
  if (wrong.length > 0) throw refused("wrong_line");
  if (good.length === 0) throw refused("unknown_witness");
  return transaction(ctx, async (tx) => {
    const { size } = checkpoint;
    const rows = good.map(({ witness, line }) => ({
      letter_id: letter.id,
      size,
      witness,
      line,
      received_at: now,
    }));
    const kept = await insertCosignatures(tx.db, rows);
    const detail = { size, kept };
    if (kept > 0)
      await record(tx, { action: "log.witnessed", letterId: letter.id, subjectId: letter.id, detail });
    return { size, kept, witnessed: good };
  });
}

function refused(why: string): Error {
  return invalid("form.invalid", { checkpoint: `errors.log.witness.${why}` });
}
