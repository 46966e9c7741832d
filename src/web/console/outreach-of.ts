/** What outreach knows of an organisation or a contact, for their pages: sequences they go through, holds, what was said. */
import { browseEnrolments } from "../../domain/outreach/enrolment-service.js";
import { holdHistory, type PastHold } from "../../domain/outreach/hold-history-views.js";
import { browseHolds } from "../../domain/outreach/hold-service.js";
import { browseSequences } from "../../domain/outreach/sequence-service.js";
import { mayDo } from "../../domain/team/permission.js";
import type { Ctx } from "../../platform/context.js";
import { enrolmentRows } from "./sequences.js";

/** The outreach section of a page; undefined for those who may not read messages. */
export async function outreachOf(
  ctx: Ctx,
  about: { organisationId: string; contactIds: readonly string[]; contactId?: string },
): Promise<Record<string, unknown> | undefined> {
  if (!mayDo(ctx.actor, "messages:read")) return undefined;
  const { items } = await browseEnrolments(ctx, {
    ...(about.contactId ? { contactId: about.contactId } : { organisationId: about.organisationId }),
    limit: 50,
  });
  const history = await holdHistory(ctx, [about.organisationId, ...about.contactIds]);
  const standing = history.filter((hold) => hold.endedAt === null);
  const paused = new Set(standing.map((hold) => hold.subjectId));
  const enrolments = await enrolmentRows(ctx, items);
  const mayWrite = mayDo(ctx.actor, "outreach:write");
  const running = mayWrite ? (await browseSequences(ctx, { limit: 50 })).items : [];
  return {
    ...about,
    mayWrite,
    enrolments: enrolments.map((line) => ({ ...line, ...pauseActs(line, paused.has(line.contactId)) })),
    live: enrolments.filter((line) => !line.isOver).length,
    isHeld: paused.has(about.organisationId),
    isContactHeld: about.contactId ? paused.has(about.contactId) : false,
    running: running.filter((sequence) => sequence.state === "active").map(({ id, name }) => ({ id, name })),
    standing: standing.map(holdLine),
    past: history.filter((hold) => hold.endedAt !== null).map(holdLine),
  };
}

/** What can be done at one line: a hold on the organisation or the sequence does not end with one contact. */
function pauseActs(line: { reason: string | null }, isContactHeld: boolean) {
  return { mayGoOn: isContactHeld || line.reason === "out_of_office", mayPause: !isContactHeld };
}

/** Whether outreach about a letter is paused, for its page; undefined for those who may not read messages. */
export async function letterHold(ctx: Ctx, letterId: string): Promise<Record<string, unknown> | undefined> {
  if (!mayDo(ctx.actor, "messages:read")) return undefined;
  const [hold] = await browseHolds(ctx, { scope: "letter", subjectId: letterId });
  return { letterId, hold, mayWrite: mayDo(ctx.actor, "outreach:write") };
}

function holdLine(hold: PastHold) {
  return {
    ...hold,
    on: hold.scope === "contact" ? (hold.contactName ?? "a contact") : "the whole organisation",
    isContact: hold.scope === "contact",
  };
}
