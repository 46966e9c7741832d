import type { Db } from "../../platform/db.js";
import type { PendingIds } from "./mail-log.js";

/** How far a log of a machine has been read. */
export interface LogCursorRow {
  host: string;
  path: string;
  inode: string;
  position: number;
  pending: PendingIds;
  read_at: Date;
}

/** How far a log has been read, held so that two workers don't read it at once; undefined when it never was. */
export async function lockLogCursor(db: Db, host: string, path: string): Promise<LogCursorRow | undefined> {
  await db.raw("select pg_advisory_xact_lock(hashtextextended(?, 0))", [`mail-log:${host}:${path}`]);
  return db<LogCursorRow>("mail_log_cursors").where({ host, path }).first();
}

/** Keeps how far a log has been read. */
export async function saveLogCursor(db: Db, row: LogCursorRow): Promise<void> {
  await db("mail_log_cursors")
    .insert({ ...row, pending: JSON.stringify(row.pending) })
    .onConflict(["host", "path"])
    .merge(["inode", "position", "pending", "read_at"]);
}

/** Keeps what the log says of messages whose verdict is not known yet. Returns how many are new. */
export async function insertLogEntries(
  db: Db,
  entries: readonly { messageId: string; queueId: string; stamp: string }[],
  at: Date,
): Promise<number> {
  if (entries.length === 0) return 0;
  const result = (await db.raw(
    `insert into mail_log_entries (message_id, queue_id, stamp, read_at)
     select m.id, v.queue_id, v.stamp, ?
     from jsonb_to_recordset(?::jsonb) as v (message_id text, queue_id text, stamp text)
     join messages m on m.message_id = v.message_id
     where m.state in ('claimed', 'sending', 'uncertain', 'queued')
     on conflict (message_id) do nothing`,
    [
      at,
      JSON.stringify(
        entries.map((entry) => ({
          message_id: entry.messageId,
          queue_id: entry.queueId,
          stamp: entry.stamp,
        })),
      ),
    ],
  )) as { rowCount: number };
  return result.rowCount;
}

/** Ids of uncertain messages that the log shows as accepted, with their queue ids, held for the transaction. */
export async function lockLoggedUncertain(
  db: Db,
  limit: number,
): Promise<{ id: string; queue_id: string }[]> {
  return db("messages as m")
    .join("mail_log_entries as e", "e.message_id", "m.id")
    .where("m.state", "uncertain")
    .limit(limit)
    .forUpdate("m")
    .skipLocked()
    .select("m.id", "e.queue_id");
}

/** What the logs say of one message, and when each was read last. */
export async function readLogEvidence(
  db: Db,
  messageId: string,
): Promise<{
  entry: { queue_id: string; stamp: string } | undefined;
  logs: { host: string; path: string; read_at: Date }[];
}> {
  const entry = await db<{ message_id: string; queue_id: string; stamp: string }>("mail_log_entries")
    .where({ message_id: messageId })
    .first("queue_id", "stamp");
  const logs = await db<LogCursorRow>("mail_log_cursors")
    .orderBy(["host", "path"])
    .select("host", "path", "read_at");
  return { entry, logs };
}
