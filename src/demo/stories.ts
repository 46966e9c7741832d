import { confirmAnswer, declineByInvitation, recordDecline } from "../domain/declines/service.js";
import { reportWrongContact } from "../domain/declines/contact-service.js";
import { ensureInvitation, stopWriting } from "../domain/invitations/service.js";
import { ensureLink, linkAddress } from "../domain/links/service.js";
import { findLetter } from "../domain/letters/service.js";
import {
  acceptSignature,
  rejectSignature,
  transitionSignature,
} from "../domain/signatures/review-service.js";
import { checkIndependently } from "../domain/signatures/evidence-service.js";
import { submitSignature } from "../domain/signatures/service.js";
import { liveSignatureOf } from "../domain/signatures/views.js";
import { decideStatement } from "../domain/statements/moderation-service.js";
import { statementsOf } from "../domain/statements/views.js";
import { as, type Actor, type Ctx } from "../platform/context.js";
import { DEMO_LETTER } from "./letter.js";
import type { DemoOrganisation, Story } from "./organisations.js";

/** The people of the demonstration. */
export interface Cast {
  /** Runs the campaign. */
  ines: Actor;
  /** Approves and reviews. */
  tomas: Actor;
}

/** An organisation of the demonstration once it has been entered. */
export interface Told {
  organisation: DemoOrganisation;
  organisationId: string;
  contactId: string;
  email: string;
}

/** Lets an organisation answer as its story goes, by its own link, and staff do what follows. */
export async function answer(ctx: Ctx, cast: Cast, told: Told, send: () => Promise<void>): Promise<void> {
  const company = as(ctx, { kind: "public" });
  const token = await invitationToken(ctx, told);
  const { story, extra } = told.organisation;
  switch (story) {
    case "declined":
      await declineByInvitation(company, token, {
        reason_code: extra as "political",
        contributing: [],
        said_by: told.organisation.contact,
        comment: COMMENTS[extra],
      });
      return;
    case "declined_phone":
      await recordDecline(as(ctx, cast.ines), {
        letter: DEMO_LETTER.slug,
        organisation_id: told.organisationId,
        contact_id: told.contactId,
        reason_code: extra as "political",
        contributing: [],
        source: "oral",
        said_by: told.organisation.contact,
        comment: COMMENTS[extra],
      });
      return;
    case "wrong_person":
      await reportWrongContact(company, token, {
        code: "wrong_contact",
        suggested_name: "Rosa Delgado",
        suggested_email: `rosa.delgado@${told.email.split("@")[1]}`,
        note: "Public affairs decides on letters.",
      });
      return;
    case "unsubscribed":
      await stopWriting(company, token);
      return;
    case "identified":
    case "approached":
      return;
    default:
      await sign(ctx, cast, told, token, send);
  }
}

async function sign(
  ctx: Ctx,
  cast: Cast,
  told: Told,
  token: string,
  send: () => Promise<void>,
): Promise<void> {
  const company = as(ctx, { kind: "public" });
  const { organisation } = told;
  const letter = await findLetter(ctx, DEMO_LETTER.slug);
  await submitSignature(
    company,
    { door: "invitation", token },
    {
      display_name: organisation.name,
      country: organisation.country,
      sector: organisation.sector as "other",
      scope: organisation.story === "signed_group" ? "group" : "entity",
      signatory_name: organisation.contact,
      signatory_title: organisation.title,
      signatory_email: told.email,
      appearance:
        organisation.story === "pledged"
          ? "pledge"
          : organisation.story === "signed_confidential"
            ? "confidential"
            : "public",
      ...(organisation.story === "pledged"
        ? { condition_count: 10, condition_class: "sector" as const }
        : {}),
      ...(organisation.story === "signed_quote" ? { quote: organisation.extra } : {}),
      ...(RESERVED.has(organisation.story) && organisation.extra !== ""
        ? { reservation_clause: 4, reservation: organisation.extra }
        : {}),
      authority: "on",
      language: organisation.language,
    },
  );
  await send();
  if (organisation.story === "unconfirmed") return;
  const signature = await liveSignatureOf(ctx, letter.id, told.organisationId);
  if (!signature) return;
  await confirmAnswer(company, secretOf(linkAddress(ctx, await ensureLink(ctx, "confirm", signature.id))));
  if (organisation.story === "in_review") {
    const how = "Rang the switchboard; the number is from the commercial register.";
    if (organisation.name.startsWith("Harrow"))
      await checkIndependently(as(ctx, cast.tomas), signature.id, { how });
    return;
  }
  await review(as(ctx, cast.tomas), organisation.story, signature.id);
  await send();
}

/** Stories in which what an organisation has to say more is a reservation. */
const RESERVED: ReadonlySet<Story> = new Set<Story>(["signed_reserved", "in_review"]);

async function review(reviewer: Ctx, story: Story, id: string): Promise<void> {
  if (story === "rejected") {
    await rejectSignature(reviewer, id, { reason_code: "not_authorised" });
    return;
  }
  if (story === "signed_reserved") {
    for (const { id: said } of await statementsOf(reviewer, id)) {
      await decideStatement(reviewer, said, { decision: "approved" });
    }
  }
  await acceptSignature(reviewer, id, { quote_approved: story === "signed_quote" ? "on" : "" });
  if (story === "signed_withdrawn") await transitionSignature(reviewer, id, { to: "withdrawn" });
}

async function invitationToken(ctx: Ctx, told: Told): Promise<string> {
  const letter = await findLetter(ctx, DEMO_LETTER.slug);
  const invitation = await ensureInvitation(ctx, letter.id, told.contactId);
  return secretOf(linkAddress(ctx, await ensureLink(ctx, "invitation", invitation.id)));
}

function secretOf(address: string): string {
  return address.split("/").at(-1) ?? "";
}

const COMMENTS: Record<string, string> = {
  first_mover: "We cannot be the first in our country. Ask us again when a handful of our size have signed.",
  gov_customer: "Our largest customer is a ministry of defence. We will not get ahead of it.",
  foreign_market: "We launch from a state that has not made up its mind. Not now.",
  timing: "After our annual meeting, please.",
  legal_review: "Counsel has it. Two more weeks at least.",
  board_or_shareholder: "Our shareholders would have to agree first.",
  antitrust: "Signing beside our competitors worries our lawyers.",
  trade_assoc: "Our members look to their own associations for this.",
  too_small: "With eleven people we do not think our name counts.",
  wording: "We agree with the aim. Clause 4 goes further than we can.",
};
