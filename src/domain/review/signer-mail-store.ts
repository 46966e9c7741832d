import type { Db } from "../../platform/db.js";

/** A mail to everybody who signed, as kept. */
export interface SignerMailRow {
  id: string;
  letter_id: string;
  subject: string;
  body_md: string;
  state: "draft" | "waiting" | "sending" | "sent";
  written_by: string | null;
  created_at: Date;
  started_by: string | null;
  started_at: Date | null;
  approved_by: string | null;
  finished_at: Date | null;
  row_version: number;
}

/** Entries whose signatory is told how the letter goes: those that staff accepted and that are neither over nor in doubt. */
export const TOLD_STATES = [
  "accepted",
  "published",
  "held",
  "standing",
  "triggered",
  "needs_reaffirmation",
] as const;

/** Keeps a mail. */
export async function insertSignerMail(db: Db, row: SignerMailRow): Promise<void> {
  await db("signer_mails").insert(row);
}

/** One by its id. */
export async function findSignerMail(db: Db, id: string): Promise<SignerMailRow | undefined> {
  return db<SignerMailRow>("signer_mails").where({ id }).first();
}

/** One, held until the transaction ends. */
export async function lockSignerMail(db: Db, id: string): Promise<SignerMailRow | undefined> {
  return db<SignerMailRow>("signer_mails").where({ id }).forUpdate().first();
}

/** Changes one and raises its version. */
export async function setSignerMail(db: Db, id: string, change: Partial<SignerMailRow>): Promise<void> {
  await db("signer_mails")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Deletes one that has not begun. */
export async function deleteSignerMail(db: Db, id: string): Promise<void> {
  await db("signer_mails").where({ id }).delete();
}

/** Those that are going out, oldest first. */
export async function listSending(db: Db): Promise<SignerMailRow[]> {
  return db<SignerMailRow>("signer_mails").where({ state: "sending" }).orderBy("started_at");
}

/** Writes down who gets it: one entry an address, the oldest. Returns how many. */
export async function freezeRecipients(
  db: Db,
  mail: Pick<SignerMailRow, "id" | "letter_id">,
): Promise<number> {
  const result = (await db.raw(
    `insert into signer_mail_recipients (mail_id, signature_id)
     select distinct on (lower(signatory_email)) ?::uuid, id from signatures
      where letter_id = ? and state = any(?) order by lower(signatory_email), submitted_at, id
     returning signature_id`,
    [mail.id, mail.letter_id, [...TOLD_STATES]],
  )) as { rows: unknown[] };
  return result.rows.length;
}

/** Somebody whose mail has not been queued yet. */
export interface OpenRecipient {
  signature_id: string;
  organisation_id: string;
  display_name: string;
  signatory_name: string;
  signatory_email: string;
  language: string;
  state: string;
}

/** The next recipients, held. */
export async function lockRecipients(db: Db, mailId: string, limit: number): Promise<OpenRecipient[]> {
  return db("signer_mail_recipients as r")
    .join("signatures as s", "s.id", "r.signature_id")
    .where("r.mail_id", mailId)
    .whereNull("r.outcome")
    .orderBy("r.signature_id")
    .limit(limit)
    .forUpdate("r")
    .skipLocked()
    .select("r.signature_id", "s.organisation_id", "s.display_name", "s.signatory_name", "s.signatory_email")
    .select("s.language", "s.state");
}

/** Notes what became of a recipient. */
export async function setRecipient(
  db: Db,
  mailId: string,
  signatureId: string,
  outcome: "queued" | "stopped" | "left",
  at: Date,
): Promise<void> {
  await db("signer_mail_recipients")
    .where({ mail_id: mailId, signature_id: signatureId })
    .update({ outcome, done_at: at });
}

/** Whether somebody still waits for it. */
export async function hasOpenRecipients(db: Db, mailId: string): Promise<boolean> {
  return (
    (await db("signer_mail_recipients").where({ mail_id: mailId }).whereNull("outcome").first("mail_id")) !==
    undefined
  );
}
