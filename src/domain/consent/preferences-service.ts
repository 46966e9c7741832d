/** What a person can see and decide about the mail they get from us, by the link in each mail and without an account. */
import type { z } from "zod";
import { as, transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { linkAddresses, openLink, useLink } from "../links/service.js";
import { getContact, updateContact } from "../organisations/service.js";
import { preferenceCommand } from "./commands.js";
import { suppress } from "./service.js";
import { deleteSuppressions, listSuppressionsOf, type SuppressionRow } from "./store.js";
import { isOwnStop } from "./suppression.js";
import { preferenceFacts, type PreferenceFacts } from "./views.js";

/** How far mail to an address is stopped, and whether the person can take that back here. */
export type StopState = "none" | "own" | "ours";

/** What the page shows. */
export interface Preferences extends PreferenceFacts {
  /** All mail. */
  all: StopState;
  /** Mail about the letter of this mail. */
  letter: StopState;
  /** Where to say "not the right person": the link that stands in the same mail. */
  invitationAddress: string | null;
}

/** Opens the page to look at; changes nothing. Throws not_found for a link we never sent. */
export async function openPreferences(ctx: Ctx, token: string): Promise<Preferences> {
  const { link } = await openLink(ctx, "preferences", token);
  const facts = await preferenceFacts(ctx, link.subjectId);
  if (!facts) throw notFound("link.unknown");
  const rows = await listSuppressionsOf(ctx.db, [facts.addressHash]);
  const linkId = facts.invitationLinkId;
  const addresses = await linkAddresses(ctx, linkId ? [linkId] : []);
  return {
    ...facts,
    all: stateOf(scoped(rows, null)),
    letter: stateOf(scoped(rows, facts.letterId ?? "")),
    invitationAddress: (linkId && addresses.get(linkId)) || null,
  };
}

function scoped(rows: readonly SuppressionRow[], letterId: string | null): SuppressionRow[] {
  return rows.filter((row) => row.letter_id === letterId);
}

function stateOf(rows: readonly SuppressionRow[]): StopState {
  if (rows.length === 0) return "none";
  return rows.every((row) => isOwnStop(row.reason)) ? "own" : "ours";
}

/**
 * Does what the person asks: stop all mail or mail about this letter, take back a stop of their own, or choose the
 * language. Throws not_found for a link we never sent, conflict where nothing of their own could be taken back,
 * invalid for a language we do not write.
 */
export async function setPreference(
  ctx: Ctx,
  token: string,
  input: z.input<typeof preferenceCommand>,
  languages: readonly string[],
): Promise<void> {
  const command = parse(preferenceCommand, input);
  await transaction(ctx, async (tx) => {
    const { link } = await openLink(tx, "preferences", token);
    const facts = await preferenceFacts(tx, link.subjectId);
    if (!facts) throw notFound("link.unknown");
    switch (command.act) {
      case "stop_all":
        await stop(tx, facts, null);
        break;
      case "stop_letter":
        await stop(tx, facts, facts.letterId);
        break;
      case "allow_all":
        await allow(tx, facts, null);
        break;
      case "allow_letter":
        await allow(tx, facts, facts.letterId);
        break;
      case "language":
        await chooseLanguage(tx, facts, command.language, languages);
        break;
    }
    if (!link.actedAt) await useLink(tx, link);
  });
}

async function stop(ctx: Ctx, facts: PreferenceFacts, letterId: string | null): Promise<void> {
  await suppress(ctx, {
    addressHash: facts.addressHash,
    letterId,
    reason: "unsubscribed",
    source: "preferences",
    organisationId: facts.organisationId,
    contactId: facts.contactId,
  });
}

/** Takes back the person's own stops of one scope; a stop of ours (a decline, staff's own) stays. */
async function allow(ctx: Ctx, facts: PreferenceFacts, letterId: string | null): Promise<void> {
  await holdLocks(ctx.db, { address: [facts.addressHash.toString("hex")] });
  const rows = scoped(await listSuppressionsOf(ctx.db, [facts.addressHash]), letterId);
  const own = rows.filter((row) => isOwnStop(row.reason));
  if (own.length === 0) throw conflict("consent.nothing_to_allow");
  await deleteSuppressions(
    ctx.db,
    own.map((row) => row.id),
  );
  await record(ctx, {
    action: "address.allowed_again",
    letterId,
    organisationId: facts.organisationId,
    contactId: facts.contactId,
    subjectId: own[0]?.id,
    detail: { reason: own[0]?.reason, source: "preferences" },
  });
}

async function chooseLanguage(
  ctx: Ctx,
  facts: PreferenceFacts,
  language: string | undefined,
  languages: readonly string[],
): Promise<void> {
  if (!language || !languages.includes(language)) {
    throw invalid("form.invalid", { language: "errors.field.choose_language" });
  }
  if (!facts.contactId || !facts.contact) throw conflict("consent.no_contact");
  const contact = await getContact(ctx, facts.contactId);
  const system = as(ctx, { kind: "system", name: "preferences" });
  await updateContact(system, contact.id, { language, row_version: contact.row_version });
}
