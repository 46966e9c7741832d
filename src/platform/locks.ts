import type { Db } from "./db.js";

/** What may be held for the rest of a transaction; the order of these names is the order of taking. */
const KINDS = ["letter", "organisation", "address", "domain", "mailbox"] as const;

/** What every commit point shares and the one switch has for itself. */
const SWITCH = "sending";

/**
 * Holds the one switch until the transaction ends: commit points share it, whoever turns it waits for those that are
 * under way. Taken before all other locks; whoever has it alone takes no other.
 */
export async function holdSwitch(db: Db, how: "shared" | "alone"): Promise<void> {
  const lock = how === "alone" ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
  await db.raw(`select ${lock}(hashtextextended(?, 0))`, [SWITCH]);
}

/** Which rows' sending is held: ids, hashes in hex, or names; null for none. */
export type Locks = Partial<Record<(typeof KINDS)[number], readonly (string | null)[]>>;

/**
 * Holds transaction-level advisory locks until the transaction ends, always in the same order, so that nobody waits
 * in a circle. The commit point of a mail takes all of them; signing, declining, suppressing and closing a letter take
 * the ones they touch. What is read after this call sees everything that committed before it.
 */
export async function holdLocks(db: Db, locks: Locks): Promise<void> {
  const names = KINDS.flatMap((kind) =>
    [...new Set(locks[kind])]
      .filter((name) => name !== null)
      .sort()
      .map((name) => `${kind}:${name}`),
  );
  if (names.length === 0) return;
  await db.raw(
    "select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest(?::text[]) with ordinality as held (name, place) order by place",
    [names],
  );
}
