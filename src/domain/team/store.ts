import type { Db } from "../../platform/db.js";

/** A staff member as kept. */
export interface StaffRow {
  id: string;
  email: string;
  name: string;
  role: string;
  active: boolean;
  /** False: only for the letters of staff_letters. */
  all_letters: boolean;
  row_version: number;
  created_at: Date;
}

/** A session as kept: the hash of its cookie, never the cookie. */
export interface SessionRow {
  id: string;
  staff_id: string;
  token_hash: Buffer;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
}

/** An API token as kept. */
export interface ApiTokenRow {
  id: string;
  name: string;
  token_hash: Buffer;
  scopes: string[];
  /** False: only for the letters of api_token_letters. */
  all_letters: boolean;
  created_by: string | null;
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

/** Adds a staff member. */
export async function insertStaff(db: Db, row: StaffRow): Promise<void> {
  await db<StaffRow>("staff").insert(row);
}

/** A staff member by address, in any case of letters. */
export async function findStaffByEmail(db: Db, email: string): Promise<StaffRow | undefined> {
  return db<StaffRow>("staff").whereRaw("lower(email) = ?", [email.toLowerCase()]).first();
}

/** A staff member by id. */
export async function findStaff(db: Db, id: string): Promise<StaffRow | undefined> {
  return db<StaffRow>("staff").where({ id }).first();
}

/** All staff, by name. */
export async function listStaff(db: Db): Promise<StaffRow[]> {
  return db<StaffRow>("staff").orderBy("name");
}

/** Changes role or standing of the version last seen; false when somebody was faster. */
export async function setStaff(
  db: Db,
  id: string,
  rowVersion: number,
  change: Partial<Pick<StaffRow, "role" | "active" | "all_letters">>,
): Promise<boolean> {
  const changed = await db("staff")
    .where({ id, row_version: rowVersion })
    .update({ ...change, row_version: rowVersion + 1 });
  return changed === 1;
}

/** Holds all active admins until the transaction ends, so that two of them can't dismiss each other at once. */
export async function lockAdmins(db: Db): Promise<StaffRow[]> {
  return db<StaffRow>("staff").where({ role: "admin", active: true }).orderBy("id").forUpdate();
}

/** Adds a session. */
export async function insertSession(db: Db, row: SessionRow): Promise<void> {
  await db<SessionRow>("sessions").insert(row);
}

/** A session by the hash of its cookie. */
export async function findSession(db: Db, tokenHash: Buffer): Promise<SessionRow | undefined> {
  return db<SessionRow>("sessions").where({ token_hash: tokenHash }).first();
}

/** Notes that a session was used. */
export async function setSessionSeen(db: Db, id: string, at: Date): Promise<void> {
  await db("sessions").where({ id }).update({ last_seen_at: at });
}

/** Ends one session, or all of a staff member's. */
export async function setSessionsRevoked(
  db: Db,
  which: { id: string } | { staff_id: string },
  at: Date,
): Promise<void> {
  await db("sessions").where(which).whereNull("revoked_at").update({ revoked_at: at });
}

/** Adds an API token. */
export async function insertApiToken(db: Db, row: ApiTokenRow): Promise<void> {
  await db<ApiTokenRow>("api_tokens").insert(row);
}

/** An API token by its hash. */
export async function findApiToken(db: Db, tokenHash: Buffer): Promise<ApiTokenRow | undefined> {
  return db<ApiTokenRow>("api_tokens").where({ token_hash: tokenHash }).first();
}

/** All API tokens, newest first. */
export async function listApiTokens(db: Db): Promise<ApiTokenRow[]> {
  return db<ApiTokenRow>("api_tokens").orderBy("created_at", "desc");
}

/** Notes that a token was used. */
export async function setApiTokenUsed(db: Db, id: string, at: Date): Promise<void> {
  await db("api_tokens").where({ id }).update({ last_used_at: at });
}

/** Deletes sessions that ended before a moment. Returns how many. */
export async function deleteSessionsEnded(db: Db, before: Date): Promise<number> {
  return db("sessions").where("expires_at", "<", before).orWhere("revoked_at", "<", before).delete();
}

/** Ends every API token that somebody made. Returns the ids of those that were not ended before. */
export async function setApiTokensOfMakerRevoked(db: Db, staffId: string, at: Date): Promise<string[]> {
  const rows = await db<ApiTokenRow>("api_tokens")
    .where({ created_by: staffId })
    .whereNull("revoked_at")
    .update({ revoked_at: at })
    .returning("id");
  return rows.map((row) => row.id);
}

/** Ends an API token. */
export async function setApiTokenRevoked(db: Db, id: string, at: Date): Promise<void> {
  await db("api_tokens").where({ id }).whereNull("revoked_at").update({ revoked_at: at });
}
