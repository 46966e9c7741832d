/** Taking an entry before one works on it; a claim lapses by itself, and can be taken over in the open. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, forbidden, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { signatureDetail } from "../signatures/views.js";
import { requirePermission } from "../team/service.js";
import { CLAIM_LIFE, judgeClaim, minutesHeld } from "./claim.js";
import { claimCommand } from "./commands.js";
import { deleteClaim, lockClaim, putClaim } from "./store.js";

interface Holder {
  id: string;
  name: string;
}

function holderOf(ctx: Ctx): Holder | undefined {
  const { actor } = ctx;
  return actor.kind === "staff" || actor.kind === "token" ? { id: actor.id, name: actor.name } : undefined;
}

/**
 * Takes an entry for half an hour; taking it again starts the time anew. Throws conflict (`review.taken`) while somebody
 * else has it, unless `over` is said, not_found for an unknown entry.
 */
export async function claimEntry(ctx: Ctx, id: string, input: unknown = {}): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const { over } = parse(claimCommand, input);
  const holder = holderOf(ctx);
  if (!holder) throw forbidden("team.not_allowed");
  const entry = isUuid(id) ? await signatureDetail(ctx, id) : undefined;
  if (!entry) throw notFound("signatures.unknown");
  await transaction(ctx, async (tx) => {
    const at = tx.clock.now();
    const before = await lockClaim(tx.db, id);
    const row = { signature_id: id, holder_id: holder.id, holder_name: holder.name, taken_at: at };
    if (!(await putClaim(tx.db, row, new Date(at.getTime() - CLAIM_LIFE), over))) {
      throw conflict("review.taken", {}, { by: before?.holder_name });
    }
    if (before && before.holder_id !== holder.id) {
      await record(tx, {
        action: "review.taken_over",
        letterId: entry.letter_id,
        organisationId: entry.organisation_id,
        subjectId: id,
      });
    }
  });
}

/** Lets an entry go that one has taken; nothing happens when somebody else has it. */
export async function releaseEntry(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const holder = holderOf(ctx);
  if (holder && isUuid(id)) await deleteClaim(ctx.db, id, holder.id);
}

/**
 * Part of each decision: refuses it while somebody else has the entry, unless they are passed over knowingly, and ends
 * the claim. The claim is held, so that nobody takes the entry in between.
 */
export async function settleClaim(tx: Ctx, id: string, despite: boolean): Promise<void> {
  const claim = await lockClaim(tx.db, id);
  if (!claim) return;
  const at = tx.clock.now();
  const held = { holderId: claim.holder_id, takenAt: claim.taken_at };
  const verdict = judgeClaim(held, holderOf(tx)?.id ?? null, at);
  if (verdict === "taken" && !despite && tx.actor.kind !== "system") {
    throw conflict("review.taken", {}, { by: claim.holder_name, minutes: minutesHeld(held, at) });
  }
  await deleteClaim(tx.db, id);
}
