import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { DomainError, conflict, forbidden, invalid } from "../../platform/errors.js";
import {
  deleteIdempotencyKeys,
  findIdempotencyKey,
  insertIdempotencyKey,
  lockIdempotencyKey,
} from "./idempotency-store.js";

const KEPT_FOR = DAY;
const PRINTABLE = /^[\x21-\x7e]{1,255}$/;

/** An answer as it goes over the wire, so that a repeat is the same byte for byte. */
export interface Answer {
  status: number;
  body: string;
}

/** A request that may be repeated: its key, and the hash of what was asked. */
export interface RepeatableRequest {
  key: string;
  requestHash: Buffer;
}

/**
 * Runs the work of a token's request at most once within 24 hours per key, and answers repeats from what was
 * kept. Work and kept answer are one transaction: a crash leaves neither, so a key can never be stuck.
 * Refusals that depend on the state of things (`refusal` gives their answer) are kept too; refused input is not.
 * Throws conflict while the first request is still running, invalid for the same key with another request.
 */
export async function once(
  ctx: Ctx,
  { key, requestHash }: RepeatableRequest,
  work: (ctx: Ctx) => Promise<Answer>,
  refusal: (error: DomainError) => Answer,
): Promise<Answer & { repeated: boolean }> {
  if (ctx.actor.kind !== "token") throw forbidden("team.not_allowed");
  if (!PRINTABLE.test(key)) throw invalid("idempotency.key");
  const tokenId = ctx.actor.id;
  return transaction(ctx, async (tx) => {
    if (!(await lockIdempotencyKey(tx.db, tokenId, key))) throw conflict("idempotency.running");
    const at = tx.clock.now();
    await deleteIdempotencyKeys(tx.db, tokenId, new Date(at.getTime() - KEPT_FOR));
    const bound = `${tokenId}|${key}`;
    const kept = await findIdempotencyKey(tx.db, tokenId, key);
    if (kept) {
      if (!kept.request_hash.equals(requestHash)) throw invalid("idempotency.other_request");
      return { status: kept.status, body: tx.keys.decrypt(kept.answer, bound), repeated: true };
    }
    const answer = await workOrRefuse(tx, work, refusal);
    await insertIdempotencyKey(tx.db, {
      token_id: tokenId,
      key,
      request_hash: requestHash,
      status: answer.status,
      answer: tx.keys.encrypt(answer.body, bound),
      created_at: at,
    });
    return { ...answer, repeated: false };
  });
}

const KEPT_REFUSALS: ReadonlySet<string> = new Set(["not_found", "conflict", "gone"]);

/** A savepoint around the work, so that a refusal takes back everything but the memory of itself. */
async function workOrRefuse(
  tx: Ctx,
  work: (ctx: Ctx) => Promise<Answer>,
  refusal: (error: DomainError) => Answer,
): Promise<Answer> {
  try {
    return await tx.db.transaction((db) => work({ ...tx, db }));
  } catch (error) {
    if (error instanceof DomainError && KEPT_REFUSALS.has(error.kind)) return refusal(error);
    throw error;
  }
}
