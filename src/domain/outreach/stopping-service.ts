/** What ends or holds up running outreach from outside: an answer, a dead address, an absence. */
import { transaction, type Ctx } from "../../platform/context.js";
import { holdLocks } from "../../platform/locks.js";
import { cancelEnrolmentMessages, holdEnrolmentMessages } from "../mail/holding-service.js";
import { readRules, type SequenceRules } from "./sequence.js";
import { finishEnrolments, lockLiveEnrolments, pauseEnrolments } from "./store.js";

/** Whose outreach is meant: everybody's at an organisation, or one contact's; about one letter, or about all. */
export interface OutreachScope {
  organisationId: string;
  contactId?: string | null;
  letterId?: string | null;
}

/** How an enrolment ends because of something that was heard. */
export type HeardEnd = "replied" | "org_replied" | "bounced" | "unsubscribed" | "removed";

/**
 * Ends running enrolments and takes back what has not begun to go out. The contact who was heard gets `reason`, its
 * colleagues `org_replied`, unless their sequence says that a colleague ends nothing. Returns how many enrolments ended.
 */
export async function stopOutreach(
  ctx: Ctx,
  scope: OutreachScope,
  heard: { contactId: string | null; reason: HeardEnd },
): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [scope.organisationId] });
    const live = await lockLiveEnrolments(tx.db, scope);
    const ends = live
      .filter((each) => endsWith(heard, each.contact_id, readRules(each.rules)))
      .map(({ id, contact_id: contactId }) => ({ id, reason: endOf(heard, contactId) }));
    await cancelEnrolmentMessages(tx, ends);
    await finishEnrolments(tx.db, ends, tx.clock.now());
    return ends.length;
  });
}

/**
 * Holds running enrolments until somebody who is away is back. What staff hold is a row of its own (`holdOutreach`), so
 * that neither ends the other. Returns how many are held.
 */
export async function pauseOutreach(
  ctx: Ctx,
  scope: OutreachScope,
  pause: { reason: "out_of_office"; until: Date },
): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [scope.organisationId] });
    const live = await lockLiveEnrolments(tx.db, scope);
    const ids = live.map(({ id }) => id);
    await pauseEnrolments(tx.db, ids, pause);
    await holdEnrolmentMessages(tx, ids, pause.reason);
    return ids.length;
  });
}

/** Whether what was heard ends this contact's outreach: a reply of a colleague may not, everything else does. */
function endsWith(
  heard: { contactId: string | null; reason: HeardEnd },
  contactId: string,
  rules: SequenceRules,
): boolean {
  const isReply = heard.reason === "replied" || heard.reason === "org_replied";
  return !isReply || contactId === heard.contactId || rules.colleagueEnds;
}

function endOf(heard: { contactId: string | null; reason: HeardEnd }, contactId: string): HeardEnd {
  return heard.reason === "replied" && contactId !== heard.contactId ? "org_replied" : heard.reason;
}
