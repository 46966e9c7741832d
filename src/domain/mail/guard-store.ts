import type { Db } from "../../platform/db.js";
import type { ProcessIdentity } from "../../platform/process-identity.js";
import type { Refusal, Standing } from "./arming.js";

/** The one row that rules sending, as far as arming and time go; absent on a fresh database. */
export interface ControlRow {
  environment: string | null;
  epoch: number;
  arming_id: string | null;
  system_identifier: string | null;
  timeline: number | null;
  armed_at: Date | null;
  armed_by: string | null;
  time_mark: Date | null;
  time_paused_at: Date | null;
  time_step_seconds: number | null;
}

/** A process that sends. */
export interface WorkerRow {
  id: string;
  host: string;
  boot: string;
  namespace: string;
  pid: number;
  pid_start: string;
  environment: string;
  mark_epoch: number | null;
  mark_number: number | null;
  refusal: Refusal | "time_stepped" | null;
  started_at: Date;
  seen_at: Date;
  stopped_at: Date | null;
}

const CONTROL = [
  "environment",
  "epoch",
  "arming_id",
  "system_identifier",
  "timeline",
  "armed_at",
  "armed_by",
  "time_mark",
  "time_paused_at",
  "time_step_seconds",
] as const;

/** The row that rules sending. */
export async function readControl(db: Db): Promise<ControlRow | undefined> {
  return db<ControlRow>("sending_control").first(...CONTROL);
}

/** Makes the row where it is absent, and holds it for the rest of the transaction. */
export async function lockControl(db: Db): Promise<ControlRow> {
  await db("sending_control").insert({ id: true }).onConflict("id").ignore();
  const row = await db<ControlRow>("sending_control")
    .forUpdate()
    .first(...CONTROL);
  if (!row) throw new Error("the row that rules sending is not there");
  return row;
}

/** Changes the row that rules sending. */
export async function updateControl(db: Db, change: Partial<ControlRow>): Promise<void> {
  await db("sending_control").update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Whether this role may ask the server who it is; where it may not, servers can't be told apart. */
export async function mayAskServer(db: Db): Promise<boolean> {
  const { rows } = (await db.raw(
    `select has_function_privilege('pg_control_system()', 'execute')
        and has_function_privilege('pg_control_checkpoint()', 'execute') as may`,
  )) as { rows: { may: boolean }[] };
  return rows[0]?.may === true;
}

/**
 * What the database says of itself. Its number is the smaller one of what its rows and its sequence say, so that
 * putting back either is noticed.
 */
export async function readStanding(
  db: Db,
  mayAsk: boolean,
): Promise<Pick<Standing, "systemIdentifier" | "timeline" | "number">> {
  const server = mayAsk
    ? `(select system_identifier::text from pg_control_system()) || '/'
         || (select oid from pg_database where datname = current_database()) as system_identifier,
       (select timeline_id from pg_control_checkpoint()) as timeline`
    : `null::text as system_identifier, null::integer as timeline`;
  const { rows } = (await db.raw(
    `select ${server},
       least(coalesce((select max(commit_number) from messages), 0),
             coalesce(pg_sequence_last_value('send_commits'), 0)) as number`,
  )) as { rows: { system_identifier: string | null; timeline: number | null; number: number }[] };
  const row = rows[0];
  if (!row) throw new Error("the database does not say who it is");
  return { systemIdentifier: row.system_identifier, timeline: row.timeline, number: row.number };
}

/** Whether a mail has ever been handed to a mail server from this database. */
export async function hasEverSent(db: Db): Promise<boolean> {
  const found = await db("messages")
    .where({ transport: "smtp" })
    .whereNotNull("sending_at")
    .limit(1)
    .pluck("id");
  return found.length > 0;
}

/** Keeps a worker's row: who it is, and that it was there at `seen_at`. */
export async function saveWorker(db: Db, row: WorkerRow): Promise<void> {
  await db("send_workers")
    .insert(row)
    .onConflict("id")
    .merge(["seen_at", "environment", "mark_epoch", "mark_number", "refusal", "stopped_at"]);
}

/** Workers seen since a time, the last seen first. */
export async function listWorkers(db: Db, since: Date): Promise<WorkerRow[]> {
  return db<WorkerRow>("send_workers").where("seen_at", ">", since).orderBy("seen_at", "desc").select();
}

/** Forgets workers that were last seen before a time. */
export async function forgetWorkers(db: Db, before: Date): Promise<number> {
  return db("send_workers").where("seen_at", "<", before).delete();
}

/** The identity of the workers that messages under way belong to. */
export async function workersUnderWay(
  db: Db,
): Promise<(ProcessIdentity & { id: string; stopped: boolean })[]> {
  const rows = await db("send_workers as w")
    .whereExists(
      db("messages as m")
        .select(db.raw("1"))
        .whereIn("m.state", ["claimed", "sending"])
        .where("m.worker_id", db.ref("w.id")),
    )
    .select<WorkerRow[]>("w.*");
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    boot: row.boot,
    namespace: row.namespace,
    pid: row.pid,
    pidStart: row.pid_start,
    stopped: row.stopped_at !== null,
  }));
}

/** Whether any mailbox has an account of its own at a mail server. */
export async function hasAccounts(db: Db): Promise<boolean> {
  const found = await db("mailboxes")
    .where({ kind: "account" })
    .whereNull("archived_at")
    .limit(1)
    .pluck("id");
  return found.length > 0;
}
