/** When mail goes, at the commit point: in its window, and not too soon after another mail to the same person. */
import type { Ctx } from "../../platform/context.js";
import { sendingRules } from "../mail/sending-rules-service.js";
import type { PolicyMessage, SendTimes, StopVerdict } from "../mail/verdict-service.js";
import { pacingFacts } from "./pacing-views.js";
import { pacingVerdict } from "./pacing.js";
import type { WaitingMail } from "./queue-views.js";
import { readRules, windowOf } from "./sequence.js";
import { readCourse } from "./step-service.js";
import type { MessageFacts } from "./views.js";
import { expiresAt, opensAt, placeOf, windowVerdict, type Place, type SendWindow } from "./window.js";

/** The window of a mail, by the rules its enrolment keeps to; null: any time, as for a mailing that somebody has sent off. */
function windowOfMail(facts: MessageFacts): SendWindow | null {
  return windowOf(readRules(facts.rules), facts.person.country);
}

/** Mailings that somebody has sent off keep no distance; only steps of sequences do. */
const NO_RULES = { contact_distance_days: null, one_contact_each: false };

/**
 * When a mail goes that somebody lets go on now, and when it is too late for it: three open days from then (ruling 4). A
 * mailing that somebody has sent off goes at any time, and all its days are open.
 */
export async function timesFromNow(ctx: Ctx, mail: WaitingMail): Promise<{ dueAt: Date; expiresAt: Date }> {
  const place = placeOf(mail);
  const course = await readCourse(ctx, mail.sequenceId, mail.version);
  const window = course ? windowOf(course.rules, mail.country) : null;
  const now = ctx.clock.now();
  const dueAt = opensAt(window, place, mail.dueAt > now ? mail.dueAt : now);
  return { dueAt, expiresAt: expiresAt(window, place, dueAt) };
}

/** Has those verdicts that let a mail go say when; the others stay. Messages in the order in which they are due. */
export async function inGoodTime(
  ctx: Ctx,
  messages: readonly PolicyMessage[],
  facts: readonly MessageFacts[],
  verdicts: ReadonlyMap<string, StopVerdict>,
): Promise<Map<string, StopVerdict>> {
  const now = ctx.clock.now();
  const steps = facts.filter((each) => each.sequenceKind === "sequence").map((each) => each.messageId);
  const pacing = await pacingFacts(ctx, steps);
  const { contact_distance_days: contactDistanceDays, one_contact_each: oneContactEach } =
    steps.length > 0 ? await sendingRules(ctx) : NO_RULES;
  const known = new Map(facts.map((each) => [each.messageId, each]));
  const timed = new Map(verdicts);
  const written = new Set<string>();
  for (const { id } of messages) {
    const [verdict, each, step] = [verdicts.get(id), known.get(id), pacing.get(id)];
    if (!verdict?.go || !each) continue;
    const address = each.person.email ?? "";
    const isOne = oneContactEach && readRules(each.rules).oneContactPerOrganisation;
    const rules = { contactDistanceDays, oneContactEach: isOne };
    const wait = step && pacingVerdict({ ...step, goesWithBatch: written.has(address) }, rules, now);
    const given = inWindow(wait ?? verdict, windowOfMail(each), placeOf(each.person), now);
    if (given.go) written.add(address);
    timed.set(id, given);
  }
  return timed;
}

/** The verdict by the reader's clock: what may go, or may go later, does so while the window is open. */
export function inWindow(
  verdict: StopVerdict,
  window: SendWindow | null,
  place: Place,
  now: Date,
): StopVerdict {
  if (window === null || (!verdict.go && verdict.to !== "later")) return verdict;
  const closed = windowVerdict(window, place, now);
  if (closed?.to === "held") return closed;
  const times: SendTimes = {
    opensAt: (at) => opensAt(window, place, at),
    expiresAt: (at) => expiresAt(window, place, at),
  };
  if (!verdict.go) return { ...verdict, until: times.opensAt(verdict.until), times };
  return { ...(closed ?? verdict), times };
}
