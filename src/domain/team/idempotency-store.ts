import type { Db } from "../../platform/db.js";

/** The kept answer to a request that came with a key. */
export interface IdempotencyRow {
  token_id: string;
  key: string;
  request_hash: Buffer;
  status: number;
  /** Sealed with a key of ours, since answers may hold links. */
  answer: Buffer;
  created_at: Date;
}

/** Takes the lock of a key until the transaction ends; false when a request with that key is still running. */
export async function lockIdempotencyKey(db: Db, tokenId: string, key: string): Promise<boolean> {
  const result = await db.raw<{ rows: { taken: boolean }[] }>(
    "select pg_try_advisory_xact_lock(hashtextextended(?, 20)) as taken",
    [`${tokenId}|${key}`],
  );
  return result.rows[0]?.taken ?? false;
}

/** The kept answer of a key, if there is one. */
export async function findIdempotencyKey(
  db: Db,
  tokenId: string,
  key: string,
): Promise<IdempotencyRow | undefined> {
  return db<IdempotencyRow>("idempotency_keys").where({ token_id: tokenId, key }).first();
}

/** Keeps an answer. */
export async function insertIdempotencyKey(db: Db, row: IdempotencyRow): Promise<void> {
  await db<IdempotencyRow>("idempotency_keys").insert(row);
}

/** Forgets a token's answers from before a moment. */
export async function deleteIdempotencyKeys(db: Db, tokenId: string, before: Date): Promise<void> {
  await db("idempotency_keys").where({ token_id: tokenId }).where("created_at", "<=", before).delete();
}

/** Forgets everybody's answers from before a moment. Returns how many. */
export async function deleteOldIdempotencyKeys(db: Db, before: Date): Promise<number> {
  return db("idempotency_keys").where("created_at", "<=", before).delete();
}
