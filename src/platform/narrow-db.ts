/**
 * The database as somebody sees it who is there for some letters only: connections whose search path begins with the
 * schema `by_letter`, where each table about letters has a view of the same name that holds those letters' rows
 * (decision 0031). So one place decides for every query, written or yet to be written.
 */
import { type Db, closeDb, connect } from "./db.js";
import type { Log } from "./log.js";

/** Databases narrowed to some letters. */
export interface NarrowDbs {
  /** The database in which there are no letters but these, given by id. */
  of(letters: readonly string[]): Db;
  /** Lets go of all connections. */
  close(): Promise<void>;
}

const CONNECTIONS = 4;
const SETS_KEPT = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Narrowed databases on the server at `url`, which must not lead through a pooler: what a connection may see is said
 * when it is opened. A set of letters that nobody uses holds no connection.
 */
export function openNarrowDbs(url: string, log: Log): NarrowDbs {
  const kept = new Map<string, Db>();
  return {
    of(letters) {
      const key = [...new Set(letters)]
        .filter((id) => UUID.test(id))
        .sort()
        .join(",");
      const db = kept.get(key) ?? open(url, log, key);
      kept.delete(key);
      kept.set(key, db);
      const [oldest] = kept.keys();
      if (kept.size > SETS_KEPT && oldest !== undefined) {
        const old = kept.get(oldest);
        kept.delete(oldest);
        // Knex waits for what runs on it.
        if (old)
          void closeDb(old).catch((error: unknown) => log.warn({ err: error }, "a pool did not close"));
      }
      return db;
    },
    close: async () => {
      await Promise.all([...kept.values()].map(closeDb));
      kept.clear();
    },
  };
}

function open(url: string, log: Log, letters: string): Db {
  return connect(url, {
    log,
    max: CONNECTIONS,
    applicationName: "countersign by letter",
    settings: { search_path: "by_letter,public", "countersign.letters": letters },
  });
}
