import type { App } from "../app.js";
import { closeDueLetters } from "../domain/letters/service.js";
import type { Sending } from "../domain/mail/commit-service.js";
import { expireMessages, processDueMail, recoverLeases } from "../domain/mail/sending-service.js";
import { endStoppedEnrolments, releaseDueHolds } from "../domain/outreach/due-service.js";
import { outreachPolicy } from "../domain/outreach/policy-service.js";
import { askForBasisChecks } from "../domain/privacy/basis-service.js";
import { publishHeldSignatures } from "../domain/signatures/review-service.js";
import { forgetOldAccess } from "../domain/team/retention-service.js";
import type { Ctx } from "../platform/context.js";

/** What sending needs, put together from the application. */
export function sendingOf(app: App): Sending {
  const { mailer, mailers, templates, messages } = app;
  return { mailer, mailers, templates, messages, policy: outreachPolicy };
}

/** One piece of work that looks for what is due, does some of it, and says how much that was. */
export interface Tick {
  name: string;
  run(ctx: Ctx, sending: Sending): Promise<number>;
}

/** Work that tidies up after others; done every few seconds. */
export const housekeeping: readonly Tick[] = [
  { name: "recover leases", run: (ctx, { policy }) => recoverLeases(ctx, policy) },
  { name: "expire messages", run: (ctx, { policy }) => expireMessages(ctx, policy) },
  { name: "release holds", run: (ctx) => releaseDueHolds(ctx) },
  { name: "end stopped enrolments", run: (ctx) => endStoppedEnrolments(ctx) },
  { name: "close letters", run: (ctx) => closeDueLetters(ctx) },
  { name: "publish held signatures", run: (ctx) => publishHeldSignatures(ctx) },
  { name: "ask for basis checks", run: (ctx) => askForBasisChecks(ctx) },
  { name: "forget old access", run: (ctx) => forgetOldAccess(ctx) },
];

/** Everything there is to do, as tests and one-shot commands run it to the end. */
export const everything: readonly Tick[] = [
  ...housekeeping,
  { name: "send mail", run: (ctx, sending) => processDueMail(ctx, sending) },
];

/** Runs every tick until none finds anything due. Returns how much was done. */
export async function settleAll(app: App): Promise<number> {
  const ctx = app.ctx({ kind: "system", name: "worker" });
  const sending = sendingOf(app);
  let all = 0;
  for (let done = -1; done !== 0;) {
    done = 0;
    for (const tick of everything) done += await tick.run(ctx, sending);
    all += done;
  }
  return all;
}
