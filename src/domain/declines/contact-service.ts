import { as, transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { suppress } from "../consent/service.js";
import { noteAnswer, openInvitation } from "../invitations/service.js";
import { getContact, updateContact } from "../organisations/service.js";
import { createTask } from "../tasks/service.js";
import type { TaskKind } from "../tasks/task.js";
import { wrongContactCommand } from "./commands.js";
import { insertContactReport } from "./store.js";

/**
 * The holder of a personal link says that they are not the right person, or have left. That is no decline: the contact
 * is marked, mail to it about this letter stops, and staff gets a task. The same report twice is kept once.
 */
export async function reportWrongContact(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const command = parse(wrongContactCommand, input);
  const { invitation, invitee } = await openInvitation(ctx, token);
  await transaction(ctx, async (tx) => {
    if (invitee.contactHash) {
      await suppress(tx, {
        addressHash: invitee.contactHash,
        letterId: invitation.letter_id,
        reason: "wrong_person",
        source: "personal link",
        organisationId: invitation.organisation_id,
        contactId: invitation.contact_id,
      });
    }
    const id = newId(tx.clock);
    const isNew = await insertContactReport(tx.db, {
      id,
      letter_id: invitation.letter_id,
      contact_id: invitation.contact_id,
      code: command.code,
      suggested_name: command.suggested_name ?? null,
      suggested_email: command.suggested_email ?? null,
      note: command.note ?? null,
      at: tx.clock.now(),
    });
    if (!isNew) return;
    const left = command.code === "left_company";
    const system = as(tx, { kind: "system", name: "personal link" });
    const { row_version } = await getContact(tx, invitation.contact_id);
    await updateContact(system, invitation.contact_id, {
      status: left ? "left" : "wrong_person",
      row_version,
    });
    await noteAnswer(tx, invitation.id, command.code);
    await createTask(tx, {
      kind: taskKind(left, command.suggested_email),
      letterId: invitation.letter_id,
      organisationId: invitation.organisation_id,
      contactId: invitation.contact_id,
      subjectId: invitation.id,
      detail: { report: id },
    });
    await record(tx, {
      action: `contact.${command.code}`,
      letterId: invitation.letter_id,
      organisationId: invitation.organisation_id,
      contactId: invitation.contact_id,
      subjectId: id,
    });
  });
}

function taskKind(left: boolean, suggestedEmail: string | undefined): TaskKind {
  if (suggestedEmail) return "review_forward";
  return left ? "left_company" : "find_contact";
}
