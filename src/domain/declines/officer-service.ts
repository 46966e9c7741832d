import { transaction, type Ctx } from "../../platform/context.js";
import { conflict } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { confirmedDomains } from "../organisations/domain-keeping-service.js";
import { ownDomainOf } from "../organisations/organisation-domain.js";
import { noteDeclined, openAttestation, type Attestation } from "../signatures/attest-service.js";
import { organisationOf } from "../signatures/signature.js";
import { createTask } from "../tasks/service.js";
import { declineCommand } from "./commands.js";
import { contributingTo, nextAskFor } from "./decline-reason.js";
import { keepDecline, reasonOf, revisitFor } from "./service.js";

/**
 * An officer who refused gives the reason, which is recorded as the organisation's decline at once where the entry came
 * by invitation or the officer is at a domain confirmed before. Else anybody could decline for any organisation by naming
 * themselves its officer: then a task tells staff. Once an officer; a replay changes nothing. Throws conflict before a
 * refusal, invalid for what the form lacks.
 */
export async function declineByOfficer(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const command = parse(declineCommand, input);
  await transaction(ctx, async (tx) => {
    const opened = await openAttestation(tx, token);
    const { officer, signature, letter } = opened;
    if (opened.verdict !== "refused") throw conflict("signatures.attest_over");
    if (!(await noteDeclined(tx, officer.id))) return;
    const reason = await reasonOf(tx, command.reason_code);
    const at = tx.clock.now();
    if (!(await isVouched(tx, opened))) {
      await createTask(tx, {
        kind: "officer_refused",
        letterId: letter.id,
        organisationId: signature.organisation_id,
        subjectId: officer.id,
        detail: {
          signature: signature.id,
          reason: reason.code,
          again: command.may_ask_again,
          comment: command.comment ?? "",
        },
      });
      return;
    }
    await keepDecline(tx, {
      letter_id: letter.id,
      organisation_id: organisationOf(signature),
      contact_id: null,
      invitation_id: signature.invitation_id,
      reason_code: command.reason_code,
      contributing: contributingTo(command.reason_code, command.contributing),
      source: "written",
      said_by: command.said_by ?? officer.name,
      comment: command.comment ?? null,
      revisit_on: revisitFor(reason, command.may_ask_again, at),
      next_ask: nextAskFor(reason, command.may_ask_again),
      may_ask_again: command.may_ask_again,
      decided_at: at,
      recorded_by: null,
    });
  });
}

async function isVouched(tx: Ctx, { officer, signature }: Attestation): Promise<boolean> {
  if (signature.invitation_id !== null) return true;
  const domains = await confirmedDomains(tx, organisationOf(signature));
  return ownDomainOf(officer.email ?? "", domains, signature.submitted_at) !== undefined;
}
