import type { Clock } from "./clock.js";
import type { Db } from "./db.js";
import type { Log } from "./log.js";
import type { Keys } from "./tokens.js";

/**
 * Who acts. Staff and tokens are checked by the permission table, the others by the door they came through. `letters`
 * are the ids of the only letters they are there for; without it they are there for all (decision 0031).
 */
export type Actor =
  | { kind: "staff"; id: string; name: string; role: string; letters?: readonly string[] }
  /** `madeBy` is the colleague who made the token. */
  | {
      kind: "token";
      id: string;
      name: string;
      scopes: readonly string[];
      madeBy?: string | null;
      letters?: readonly string[];
    }
  | { kind: "company"; id: string }
  | { kind: "public" }
  | { kind: "system"; name: string };

/** The few settings that use cases need. */
export interface Settings {
  /** Where people reach us, without a trailing slash. */
  publicUrl: string;
  /** Address of the sender, as `name <address>` or a bare address. */
  mailFrom: string;
  /** Where delivery reports go, when a whole domain is kept for them. */
  bounceDomain?: string | undefined;
  /** Where replies and reports to MAIL_FROM are read: `imaps://user:password@host:993/folder`. */
  imapUrl?: string | undefined;
  /** The domain and selector that mail of MAIL_FROM is signed for. */
  dkim?: { domain: string; selector: string } | undefined;
  /** The keys of those who may witness the public log, as C2SP verifier keys. */
  logWitnesses?: readonly string[] | undefined;
}

/** What every use case gets first: the database, the time, the log, the keys, and who acts. */
export interface Ctx {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: Keys;
  readonly settings: Settings;
  readonly actor: Actor;
}

/** Runs `work` in a transaction, or in the one that is already open; an error takes all of it back. */
export async function transaction<T>(ctx: Ctx, work: (tx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.db.isTransaction) return work(ctx);
  return ctx.db.transaction((db) => work({ ...ctx, db }));
}

/** The same context with another actor. */
export function as(ctx: Ctx, actor: Actor): Ctx {
  return { ...ctx, actor };
}
