import type { Db } from "../../platform/db.js";
import type { MailClass } from "../classification/classification.js";
import type { DoneStep, Understood } from "./inbound-mail.js";
import type { MatchKind } from "./match.js";

/** A mail that came in, as kept. */
export interface InboundRow {
  id: string;
  mailbox_id: string | null;
  hash: Buffer;
  raw: Buffer | null;
  size: number;
  cut: boolean;
  internet_id: string | null;
  reply_to: string | null;
  from_name: string | null;
  from_email: string | null;
  subject: string;
  headers: { name: string; value: string }[];
  body_text: string;
  reply_text: string;
  sent_at: Date | null;
  received_at: Date;
  taken_in_at: Date;
  class: MailClass;
  understood: Understood;
  message_id: string | null;
  contact_id: string | null;
  organisation_id: string | null;
  letter_id: string | null;
  match_kind: MatchKind | null;
  actions: DoneStep[];
  handled_at: Date | null;
  handled_by: string | null;
  row_version: number;
}

/** Adds a mail; false when the same one is here already, or is just being taken in by somebody else. */
export async function insertInbound(db: Db, row: Omit<InboundRow, "row_version">): Promise<boolean> {
  const added = await db("inbound_mails")
    .insert({
      ...row,
      headers: JSON.stringify(row.headers),
      understood: JSON.stringify(row.understood),
      actions: JSON.stringify(row.actions),
    })
    .onConflict("hash")
    .ignore()
    .returning("id");
  return added.length > 0;
}

/** Whether a mail is here already. */
export async function isKnown(db: Db, hash: Buffer): Promise<boolean> {
  return (await db("inbound_mails").where({ hash }).first("id")) !== undefined;
}

/** A mail, held for the rest of the transaction. */
export async function lockInbound(db: Db, id: string): Promise<InboundRow | undefined> {
  return db<InboundRow>("inbound_mails").where({ id }).forUpdate().first();
}

/** Changes what is known and done of a mail. */
export async function setInbound(
  db: Db,
  id: string,
  change: Partial<
    Pick<
      InboundRow,
      | "raw"
      | "body_text"
      | "class"
      | "understood"
      | "message_id"
      | "contact_id"
      | "organisation_id"
      | "letter_id"
      | "match_kind"
      | "actions"
      | "handled_at"
      | "handled_by"
    >
  >,
): Promise<void> {
  const { understood, actions, ...rest } = change;
  await db("inbound_mails")
    .where({ id })
    .update({
      ...rest,
      ...(understood ? { understood: JSON.stringify(understood) } : {}),
      ...(actions ? { actions: JSON.stringify(actions) } : {}),
      row_version: db.raw("row_version + 1"),
    });
}

/** Drops the raw form of mails taken in before a time. Returns how many. */
export async function dropRaw(db: Db, before: Date, limit: number): Promise<number> {
  const result = (await db.raw(
    `update inbound_mails set raw = null where id = any (array(
       select id from inbound_mails where raw is not null and taken_in_at < ? order by taken_in_at limit ?))`,
    [before, limit],
  )) as { rowCount: number };
  return result.rowCount;
}
