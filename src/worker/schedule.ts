import type { App } from "../app.js";
import { noteMilestones } from "../domain/letters/course-service.js";
import { closeDueLetters, openDueLetters } from "../domain/letters/state-service.js";
import { keepLogs } from "../domain/log/integration-service.js";
import type { Sending } from "../domain/mail/commit-service.js";
import {
  expireMessages,
  lookForHalt,
  processDueMail,
  recoverLeases,
} from "../domain/mail/sending-service.js";
import type { Guard } from "../domain/mail/guard-service.js";
import { settleFromLog } from "../domain/mail/mail-log-service.js";
import { endStoppedEnrolments, releaseDueHolds } from "../domain/outreach/due-service.js";
import { hasAccounts } from "../domain/mail/mailbox-views.js";
import { recoverFromDead } from "../domain/mail/worker-service.js";
import { forgetRawMail } from "../domain/inbound/desk-service.js";
import { outreachPolicy } from "../domain/outreach/policy-service.js";
import { askForBasisChecks } from "../domain/privacy/basis-service.js";
import { workOnBulks } from "../domain/review/bulk-work-service.js";
import { tellSignatories } from "../domain/review/letter-news-service.js";
import { workOnSignerMails } from "../domain/review/signer-mail-service.js";
import { forgetNetworks, screenNewEntries } from "../domain/review/screening-service.js";
import { publishDueBands } from "../domain/pledges/band-service.js";
import { evaluateDuePledges, lapseOverduePledges } from "../domain/pledges/evaluation-service.js";
import { remindPledgers, settleEndedWindows } from "../domain/pledges/window-service.js";
import { forgetDrafts } from "../domain/signatures/draft-service.js";
import { mailRequestedLinks } from "../domain/signatures/link-request-service.js";
import { remindStuckSigners } from "../domain/signatures/reminder-service.js";
import { askForReaffirmation, remindToReaffirm } from "../domain/signatures/reaffirm-service.js";
import { tellOfSecondEntries } from "../domain/signatures/parking-service.js";
import { publishHeldSignatures } from "../domain/signatures/review-service.js";
import { forgetNetworksOfReports } from "../domain/statements/entry-report-service.js";
import { forgetOldAccess } from "../domain/team/retention-service.js";
import type { Ctx } from "../platform/context.js";
import type { Logbook } from "../platform/logbook.js";

/** What sending needs, put together from the application. */
export function sendingOf(app: App): Sending & { guard: Guard } {
  const { mailer, mailers, templates, messages } = app;
  const guard: Guard = { mark: app.mark, captures: (ctx) => capturesAll(app, ctx) };
  return { mailer, mailers, templates, messages, policy: outreachPolicy, guard };
}

async function capturesAll(app: App, ctx: Ctx): Promise<boolean> {
  if (app.mailer.transport === "smtp") return false;
  return app.config.unsafeTestDb || !(await hasAccounts(ctx));
}

/** One piece of work that looks for what is due, does some of it, and says how much that was. */
export interface Tick {
  name: string;
  /** Needs no time, and so goes on while the time is in doubt. */
  timeless?: true;
  run(ctx: Ctx, sending: Sending): Promise<number>;
}

/** Work that tidies up after others; done every few seconds. */
export const housekeeping: readonly Tick[] = [
  {
    name: "recover from dead workers",
    timeless: true,
    run: (ctx, { policy }) => recoverFromDead(ctx, policy),
  },
  { name: "recover leases", run: (ctx, { policy }) => recoverLeases(ctx, policy) },
  { name: "expire messages", run: (ctx, { policy }) => expireMessages(ctx, policy) },
  { name: "release holds", run: (ctx) => releaseDueHolds(ctx) },
  { name: "end stopped enrolments", run: (ctx) => endStoppedEnrolments(ctx) },
  { name: "open letters", run: (ctx) => openDueLetters(ctx) },
  { name: "close letters", run: (ctx) => closeDueLetters(ctx) },
  { name: "ask signatories again", run: (ctx) => askForReaffirmation(ctx) },
  { name: "remind signatories", run: (ctx) => remindToReaffirm(ctx) },
  { name: "note milestones", run: (ctx) => noteMilestones(ctx) },
  { name: "publish held signatures", run: (ctx) => publishHeldSignatures(ctx) },
  { name: "work on bulk invalidations", run: (ctx) => workOnBulks(ctx) },
  { name: "work on mails to signers", run: (ctx) => workOnSignerMails(ctx) },
  { name: "tell signatories", run: (ctx, { messages }) => tellSignatories(ctx, messages) },
  { name: "screen new entries", run: (ctx) => screenNewEntries(ctx) },
  { name: "forget networks", run: (ctx) => forgetNetworks(ctx) },
  { name: "forget networks of reports", run: (ctx) => forgetNetworksOfReports(ctx) },
  { name: "lapse overdue pledges", run: (ctx) => lapseOverduePledges(ctx) },
  { name: "settle pledges", run: (ctx) => settleEndedWindows(ctx) },
  { name: "evaluate pledges", run: (ctx) => evaluateDuePledges(ctx) },
  { name: "remind pledgers", run: (ctx) => remindPledgers(ctx) },
  { name: "publish bands", run: (ctx) => publishDueBands(ctx) },
  { name: "remind stuck signers", run: (ctx) => remindStuckSigners(ctx) },
  { name: "tell of second entries", run: (ctx) => tellOfSecondEntries(ctx) },
  { name: "mail links again", run: (ctx) => mailRequestedLinks(ctx) },
  { name: "forget drafts", run: (ctx) => forgetDrafts(ctx) },
  { name: "ask for basis checks", run: (ctx) => askForBasisChecks(ctx) },
  { name: "forget old access", run: (ctx) => forgetOldAccess(ctx) },
  { name: "forget raw mail", run: (ctx) => forgetRawMail(ctx) },
];

/** What tidying up reads and writes on this machine, outside the database. */
export interface OfMachine {
  mtaLogFile: string | undefined;
  logbook: Logbook;
}

/** The same, put together from the application. */
export function machineOf(app: App): OfMachine {
  return { mtaLogFile: app.config.mtaLogFile, logbook: app.logbook };
}

/**
 * Tidies up once. While the time is in doubt nothing is done that asks it: a clock that jumped would end leases,
 * letters and mails that have time left. Returns how much was done.
 */
export async function tidyUp(ctx: Ctx, sending: Sending, own: OfMachine): Promise<number> {
  const halt = await lookForHalt(ctx, sending);
  const ticks = halt?.kind === "time_stepped" ? housekeeping.filter((tick) => tick.timeless) : housekeeping;
  let done = 0;
  for (const tick of ticks) done += await tick.run(ctx, sending);
  if (own.mtaLogFile !== undefined) done += await settleFromLog(ctx, sending.policy, own.mtaLogFile);
  return done + (await keepLogs(ctx, own.logbook));
}

/** Runs every tick until none finds anything due. Returns how much was done. */
export async function settleAll(app: App): Promise<number> {
  const ctx = app.ctx({ kind: "system", name: "worker" });
  const sending = sendingOf(app);
  let all = 0;
  for (let done = -1; done !== 0;) {
    done = await tidyUp(ctx, sending, machineOf(app));
    done += await processDueMail(ctx, sending);
    all += done;
  }
  return all;
}
