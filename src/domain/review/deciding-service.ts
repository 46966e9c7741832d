/** The decisions of a reviewer: each asks first whether somebody else has taken the entry. */
import { transaction, type Ctx } from "../../platform/context.js";
import { isUuid } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { acceptAnswer, transitionAnswer } from "../declines/service.js";
import { rejectSignature } from "../signatures/review-service.js";
import type { SignatureState } from "../signatures/signature.js";
import { takeInstead } from "../signatures/parking-service.js";
import { reopenSignature } from "../signatures/undo-service.js";
import { requirePermission } from "../team/service.js";
import { settleClaim } from "./claim-service.js";
import { despiteClaim, reopenCommand } from "./commands.js";

/** What a decision led to. */
export interface Decided {
  state: SignatureState;
}

/** Accepts an entry (see `acceptAnswer`). Throws conflict while somebody else has it, unless `despite_claim`. */
export async function acceptEntry(ctx: Ctx, id: string, input: unknown = {}): Promise<Decided> {
  return decide(ctx, id, input, (tx) => acceptAnswer(tx, id, input));
}

/** Rejects an entry with a reason (see `rejectSignature`), on the same condition. */
export async function rejectEntry(ctx: Ctx, id: string, input: unknown): Promise<Decided> {
  return decide(ctx, id, input, (tx) => rejectSignature(tx, id, input));
}

/** Moves an entry by another step of staff (see `transitionAnswer`), on the same condition. */
export async function moveEntry(ctx: Ctx, id: string, input: unknown): Promise<Decided> {
  return decide(ctx, id, input, (tx) => transitionAnswer(tx, id, input));
}

/** Undoes a rejection (see `reopenSignature`), on the same condition. */
export async function reopenEntry(ctx: Ctx, id: string, input: unknown = {}): Promise<Decided> {
  const { row_version: rowVersion } = parse(reopenCommand, input);
  return decide(ctx, id, input, (tx) => reopenSignature(tx, id, rowVersion));
}

/** Takes a second entry instead of the one that stands (see `takeInstead`), on the same condition. */
export async function takeEntryInstead(ctx: Ctx, id: string, input: unknown = {}): Promise<Decided> {
  const { row_version: rowVersion } = parse(reopenCommand, input);
  return decide(ctx, id, input, (tx) => takeInstead(tx, id, rowVersion));
}

async function decide(
  ctx: Ctx,
  id: string,
  input: unknown,
  decision: (tx: Ctx) => Promise<Decided>,
): Promise<Decided> {
  requirePermission(ctx, "signatures:review");
  const { despite_claim: despite } = parse(despiteClaim, input);
  return transaction(ctx, async (tx) => {
    if (isUuid(id)) await settleClaim(tx, id, despite);
    return decision(tx);
  });
}
