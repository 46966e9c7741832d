import type { Ctx } from "../../platform/context.js";
import type { ReadingState } from "./cursor-store.js";

/** Mailboxes in use that have an IMAP server; the one of the settings only where one is set for it. */
export async function mailboxesToRead(ctx: Ctx, settingsToo: boolean): Promise<string[]> {
  return ctx
    .db("mailboxes")
    .whereNull("archived_at")
    .where((where) => {
      void where.where((own) => void own.where({ kind: "account" }).whereNotNull("imap_host"));
      if (settingsToo) void where.orWhere({ kind: "settings" });
    })
    .orderBy("id")
    .pluck("id");
}

/** How reading a mailbox stands, as the inbox shows it. */
export interface ReadingLine {
  mailboxId: string;
  name: string;
  fromEmail: string;
  state: ReadingState;
  reason: string | null;
  lastReadAt: Date | null;
}

/** How reading stands with each mailbox in use that has been read or tried. The caller checks who may see it. */
export async function readingLines(ctx: Ctx): Promise<ReadingLine[]> {
  return ctx
    .db("inbound_cursors as i")
    .join("mailboxes as b", "b.id", "i.mailbox_id")
    .whereNull("b.archived_at")
    .orderBy("b.name")
    .select(
      "b.id as mailboxId",
      "b.name",
      "b.from_email as fromEmail",
      "i.state",
      "i.state_reason as reason",
      "i.last_read_at as lastReadAt",
    );
}
