import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { gone, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { linkPlaceholder } from "../links/link.js";
import { holdLink, makeLink, openLink, useLink } from "../links/service.js";
import { publicStanding } from "../letters/letter.js";
import { queueMail } from "../mail/service.js";
import { confirmedDomains } from "../organisations/domain-keeping-service.js";
import { findEntry, holdEntry } from "../signatures/entry-service.js";
import { suspendDisputed } from "../signatures/manage-service.js";
import { networkHash } from "../signatures/network-service.js";
import { nextStep, organisationOf } from "../signatures/signature.js";
import { createTask } from "../tasks/service.js";
import { entryReportCommand } from "./commands.js";
import { hearReport, maySuspend } from "./entry-report.js";
import {
  findReport,
  forgetReportNetworks,
  insertReport,
  setReportConfirmed,
  unconfirmedSince,
  type EntryReportRow,
} from "./entry-report-store.js";
import { entryNamed } from "./entry-report-views.js";

/** How long a report can be confirmed. */
const REPORT_LINK_LIFE = 7 * DAY;

/** The letter of a report. Throws not_found for one that is not in public, gone for one that was removed. */
export async function letterToReport(ctx: Ctx, slug: string, language?: string): Promise<LetterToAnswer> {
  const letter = await letterToAnswer(ctx, slug, language);
  const standing = publicStanding(letter.state);
  if (standing === "gone") throw gone("letter.removed");
  if (standing !== "shown") throw notFound("letter.unknown");
  return letter;
}

/**
 * Anybody says that an entry should not be there. A person looks at it; nothing changes by itself. The answer is the
 * same whatever was typed, whether there is such an entry or not, and whether it is one too many. Throws invalid for
 * fields that are missing.
 */
export async function reportEntry(
  ctx: Ctx,
  slug: string,
  input: unknown,
  via: { network?: string | undefined } = {},
): Promise<void> {
  const command = parse(entryReportCommand, input);
  const letter = await letterToReport(ctx, slug, command.language);
  await transaction(ctx, async (tx) => {
    const address = tx.keys.addressHash(command.reporter_email);
    const network = networkHash(tx, via.network);
    await holdLocks(tx.db, { address: [address.toString("hex"), network?.toString("hex") ?? null] });
    const at = tx.clock.now();
    const entry = await entryNamed(tx, letter.id, command.entry);
    const report: EntryReportRow = {
      id: newId(tx.clock),
      letter_id: letter.id,
      signature_id: entry?.id ?? null,
      entry_name: command.entry,
      reporter_name: command.reporter_name,
      reporter_role: command.reporter_role,
      reporter_email: command.reporter_email,
      address_hash: address,
      said: command.said ?? null,
      language: command.language,
      at,
      confirmed_at: null,
      suspended_at: null,
      told_at: null,
      network_hash: network,
    };
    const heard = hearReport(await unconfirmedSince(tx.db, report, new Date(at.getTime() - DAY)));
    if (heard === "drop") return;
    const told = heard === "tell";
    await insertReport(tx.db, { ...report, told_at: told ? at : null });
    if (told) await tellStaff(tx, report);
    await record(tx, {
      action: "entry.reported",
      letterId: letter.id,
      subjectId: report.id,
      detail: { told },
    });
    await mailReporter(tx, report, letter);
  });
}

async function tellStaff(tx: Ctx, report: EntryReportRow): Promise<void> {
  await createTask(tx, { kind: "entry_reported", letterId: report.letter_id, subjectId: report.id });
}

/** Forgets the networks of reports that are older than a day; returns how many. */
export async function forgetNetworksOfReports(ctx: Ctx): Promise<number> {
  return forgetReportNetworks(ctx.db, new Date(ctx.clock.now().getTime() - DAY));
}

async function mailReporter(tx: Ctx, report: EntryReportRow, letter: LetterToAnswer): Promise<void> {
  const link = await makeLink(tx, "report", report.id, new Date(tx.clock.now().getTime() + REPORT_LINK_LIFE));
  await queueMail(tx, {
    purpose: "transactional",
    sendKey: `report-confirm:${report.id}`,
    template: "report-confirm",
    data: {
      reporter: report.reporter_name,
      entry: report.entry_name,
      letterTitle: letter.title.replace(/[.\s]+$/u, ""),
      link: linkPlaceholder(link.id),
    },
    language: report.language,
    to: { email: report.reporter_email ?? "", name: report.reporter_name },
    letterId: letter.id,
  });
}

/** A report as the holder of its link meets it. */
export interface OpenReport {
  report: EntryReportRow;
  letter: LetterToAnswer;
  verdict: "usable" | "used" | "expired";
}

/** Opens the link of a report to look; changes nothing. Throws not_found for a secret we never gave out. */
export async function openReport(ctx: Ctx, token: string): Promise<OpenReport> {
  const { link, verdict } = await openLink(ctx, "report", token);
  const report = await findReport(ctx.db, link.subjectId);
  if (!report || verdict === "revoked") throw notFound("link.unknown");
  return { report, letter: await letterToAnswer(ctx, report.letter_id, report.language), verdict };
}

/**
 * The reporter confirms from their own address. From the organisation's own domain this suspends the entry at once;
 * from any other it tells the person who looks at it. Pressing again changes nothing. Throws gone once it has expired.
 */
export async function confirmReport(ctx: Ctx, token: string): Promise<void> {
  const opened = await openReport(ctx, token);
  if (opened.verdict === "expired") throw gone("link.expired");
  const entry = opened.report.signature_id ? await findEntry(ctx, opened.report.signature_id) : undefined;
  await transaction(ctx, async (tx) => {
    if (entry) await holdLocks(tx.db, { organisation: [entry.organisation_id] });
    const { link, verdict } = await holdLink(tx, "report", token);
    if (verdict === "used") return;
    await useLink(tx, link);
    const report = await findReport(tx.db, opened.report.id);
    if (report?.told_at === null) await tellStaff(tx, report);
    const suspended = entry !== undefined && (await suspend(tx, opened.report, entry.id));
    await setReportConfirmed(tx.db, opened.report.id, tx.clock.now(), suspended);
    await record(tx, {
      action: "entry.report_confirmed",
      letterId: opened.report.letter_id,
      subjectId: opened.report.id,
      detail: { suspended },
    });
  });
}

async function suspend(tx: Ctx, report: EntryReportRow, signatureId: string): Promise<boolean> {
  const row = await holdEntry(tx, signatureId);
  if (!row || !nextStep(row.state, "disputed")) return false;
  const domains = await confirmedDomains(tx, organisationOf(row));
  const reporter = { email: report.reporter_email ?? "", confirmed: true, at: report.at };
  if (!maySuspend(reporter, domains)) return false;
  await suspendDisputed(tx, row, await letterToAnswer(tx, row.letter_id, row.language));
  return true;
}
