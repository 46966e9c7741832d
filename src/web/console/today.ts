import { Router, type Request, type Response } from "express";
import { z } from "zod";
import type { App } from "../../app.js";
import {
  declineTable,
  funnelFinding,
  funnelLines,
  funnelTable,
  reasonFinding,
  type Funnel,
  type ReasonCount,
} from "../../domain/reports/report.js";
import { today, type Today, type Waiting } from "../../domain/reports/today-views.js";
import {
  declineReport,
  declinesByReason,
  findReportLetter,
  funnel,
  funnelReport,
  listReportLetters,
} from "../../domain/reports/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { countQueue } from "../../domain/outreach/desk-views.js";
import { browseHolds } from "../../domain/outreach/hold-service.js";
import { browseQueue } from "../../domain/outreach/queue-service.js";
import type { HoldLine } from "../../domain/outreach/hold-views.js";
import type { QueueLine } from "../../domain/outreach/queue-views.js";
import { queueOf } from "../../domain/review/queue-views.js";
import { DAY } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { csvFile } from "../../platform/csv.js";
import { slug } from "../../platform/schema.js";
import { ctxOf } from "../request.js";
import { isPaused } from "./approvals.js";
import { shownLine } from "./inbox.js";
import { consolePage } from "./layout.js";
import { pauseWords } from "./mailbox-words.js";
import { FUNNEL_FINDINGS, STAGE_WORDS, reasonHeading, reasonName, taskName } from "./report-words.js";
import { haltSentence } from "./mail-words.js";
import { actName, actorName } from "./words.js";

const reportQuery = z.object({ letter: slug().optional().catch(undefined) });

/** The first page of the console: what waits, how the letter stands; and its figures as JSON and CSV. */
export function todayRoutes(app: App): Router {
  const router = Router();
  router.get("/", async (req, res) => {
    const ctx = ctxOf(res);
    const letters = await listReportLetters(ctx);
    const asked = reportQuery.parse(req.query).letter;
    const letter = asked === undefined ? letters[0] : await findReportLetter(ctx, asked);
    if (!letter) return showEmpty(app, req, res);
    const [figures, reasons, lists] = [
      await funnel(ctx, letter.id),
      await declinesByReason(ctx, letter.id),
      await today(ctx, letter.id),
    ];
    const at = ctx.clock.now();
    consolePage(app, req, res, "console/today", {
      title: "Today",
      now: at,
      letter,
      mayMark: mayDo(ctx.actor, "outreach:write"),
      letters: letters.map((each) => ({ ...each, current: each.id === letter.id })),
      funnel: funnelView(figures),
      reasons: reasonsView(reasons),
      ...listsView(lists, at, await waitingApprovals(ctx)),
      reviewDue: lists.review ? await dueWords(ctx, letter.slug) : "",
      ending: await endingPauses(ctx, at),
    });
  });

  router.get("/reports/funnel.json", async (req, res) => {
    res.json(await funnelReport(ctxOf(res), askedLetter(req)));
  });
  router.get("/reports/funnel.csv", async (req, res) => {
    const { letter, stages } = await funnelReport(ctxOf(res), askedLetter(req));
    sendCsv(res, `funnel-${letter}`, funnelTable(stages));
  });
  router.get("/reports/declines.json", async (req, res) => {
    res.json(await declineReport(ctxOf(res), askedLetter(req)));
  });
  router.get("/reports/declines.csv", async (req, res) => {
    const { letter, reasons } = await declineReport(ctxOf(res), askedLetter(req));
    sendCsv(res, `declines-${letter}`, declineTable(reasons));
  });
  return router;
}

/** The mails that wait to be approved, the one due first on top; undefined for those who may not read them. */
async function waitingApprovals(ctx: Ctx): Promise<Waiting<QueueLine> | undefined> {
  if (!mayDo(ctx.actor, "messages:read")) return undefined;
  const { items } = await browseQueue(ctx, { limit: 5 });
  return { items, total: await countQueue(ctx) };
}

/** The pauses that end within three days. */
async function endingPauses(ctx: Ctx, at: Date): Promise<HoldLine[]> {
  if (!mayDo(ctx.actor, "messages:read")) return [];
  const soon = new Date(at.getTime() + 3 * DAY);
  const holds = await browseHolds(ctx);
  return holds.filter(({ until }) => until !== null && until <= soon);
}

function askedLetter(req: Request): string {
  return reportQuery.parse(req.query).letter ?? "";
}

function sendCsv(res: Response, name: string, table: ReturnType<typeof funnelTable>): void {
  res.attachment(`${name}.csv`).type("text/csv; charset=utf-8").send(csvFile(table.columns, table.rows));
}

function showEmpty(app: App, req: Request, res: Response): void {
  const mayWrite = mayDo(ctxOf(res).actor, "letters:write");
  consolePage(app, req, res, "console/today-empty", { title: "Today", mayWrite });
}

function funnelView(figures: Funnel): Record<string, unknown> {
  const { heading, stage } = FUNNEL_FINDINGS[funnelFinding(figures)];
  return {
    heading,
    lost: figures.approached - figures.said_yes,
    silent: figures.approached - figures.answered,
    declined: figures.declined,
    covered: figures.covered,
    rows: funnelLines(figures).map((line) => ({
      label: STAGE_WORDS[line.stage],
      value: line.organisations,
      note: line.share_of_previous === null ? "" : `${Math.round(line.share_of_previous * 100)}%`,
      main: line.stage === stage,
    })),
  };
}

function reasonsView(reasons: readonly ReasonCount[]): Record<string, unknown> {
  const finding = reasonFinding(reasons);
  const leaders = finding.kind === "leads" ? [finding.code] : finding.kind === "shared" ? finding.codes : [];
  const total = reasons.reduce((sum, { declines }) => sum + declines, 0);
  return {
    heading: reasonHeading(finding),
    total,
    rows: reasons.map(({ code, declines }) => ({
      label: reasonName(code),
      value: declines,
      note: `${Math.round((100 * declines) / Math.max(1, total))}%`,
      main: leaders.includes(code),
    })),
  };
}

/** How much of what waits for review should have been decided by now, or is about to be due. */
async function dueWords(ctx: Ctx, letter: string): Promise<string> {
  const bands = (await queueOf(ctx, null, { letter })).map(({ band }) => band);
  const overdue = bands.filter((band) => band === "overdue").length;
  const nearly = bands.filter((band) => band === "nearly").length;
  return overdue + nearly === 0 ? "" : `${overdue} overdue, ${nearly} due soon.`;
}

function listsView(
  { review, tasks, uncertain, replies, activity, paused, halt }: Today,
  at: Date,
  queue: Waiting<QueueLine> | undefined,
): Record<string, unknown> {
  const lists = [review, replies, tasks, uncertain, queue];
  const waiting = lists.reduce((sum, list) => sum + (list?.total ?? 0), 0);
  const taskRows = tasks?.items.map((task) => ({
    ...task,
    what: taskName(task.kind),
    late: task.dueAt < at,
  }));
  return {
    waiting,
    late: taskRows?.filter(({ late }) => late).length ?? 0,
    review: review && { ...review, more: review.total - review.items.length },
    tasks: tasks && { items: taskRows, total: tasks.total, more: tasks.total - tasks.items.length },
    replies: replies && {
      items: replies.items.map(shownLine),
      total: replies.total,
      more: replies.total - replies.items.length,
    },
    approvals: queue && {
      items: queue.items.map((line) => ({ ...line, late: !isPaused(line) && line.dueAt < at })),
      total: queue.total,
      more: queue.total - queue.items.length,
    },
    paused: paused.map((box) => ({ ...box, why: pauseWords(box.pausedReason) })),
    halt: halt ? haltSentence(halt.kind === "time_stepped" ? halt.kind : halt.reason) : "",
    uncertain: uncertain && { ...uncertain, more: uncertain.total - uncertain.items.length },
    activity: activity?.map((line) => ({
      at: line.at,
      title: actName(line.action),
      sub: actorName(line.actorKind, line.actorName),
      href: line.organisationId ? `/console/organisations/${line.organisationId}` : "",
      hrefLabel: line.organisationName ?? "",
    })),
  };
}
