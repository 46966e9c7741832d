import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { transitionAnswer } from "../../domain/declines/service.js";
import { revokeManageLink } from "../../domain/signatures/manage-service.js";
import { stateTone } from "../../domain/signatures/signature.js";
import { signatureDetail, type SignatureLine } from "../../domain/signatures/views.js";
import { entryReports, wordsOf, type EntryReport } from "../../domain/statements/entry-report-views.js";
import { decideStatement } from "../../domain/statements/moderation-service.js";
import { mayBecome, type StatementKind, type StatementState } from "../../domain/statements/statement.js";
import {
  logoOf,
  statementsOf,
  waitingStatements,
  type StatementLine,
} from "../../domain/statements/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { sendPicture } from "../picture.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const KINDS: Record<StatementKind, string> = {
  quote: "Statement",
  reservation: "Reservation",
  logo: "Logo",
  display_name: "Name on the list",
  legal_name: "Correction of the legal name",
};

const STATES: Record<StatementState, { tone: string; words: string }> = {
  waiting: { tone: "wait", words: "Waits" },
  approved: { tone: "ok", words: "Shown" },
  change_asked: { tone: "info", words: "Other words asked for" },
  refused: { tone: "bad", words: "Refused" },
  replaced: { tone: "off", words: "Replaced" },
  taken_back: { tone: "off", words: "Taken back" },
};

const DONE: Record<string, string> = {
  approved: "Approved. What is public shows it now.",
  change_asked: "The signatory has been asked for other words.",
  refused: "Refused. The signatory has been told why.",
  revoked: "The link is revoked. The next mail to the signatory carries a fresh one.",
  renewed: "The old link is revoked, a fresh one is on its way to the signatory.",
  in_review: "The dispute is settled. The entry is back in the review.",
  invalidated: "The entry is invalidated and on no public list any more.",
};

/** What signatories say beside the signature, to be decided on one by one; their links, disputes and reports. */
export function statementRoutes(app: App): Router {
  const router = Router();
  router.get("/statements", async (req, res) => showWaiting(app, req, res));
  router.get("/review/:id/statements", async (req, res) => showEntry(app, req, res));
  router.get("/statements/:id/logo", async (req, res) => {
    const ctx = ctxOf(res);
    requirePermission(ctx, "signatures:read");
    const logo = isUuid(req.params.id) ? await logoOf(ctx, req.params.id) : undefined;
    if (!logo) throw notFound("statements.unknown");
    sendPicture(res, logo);
  });
  router.post("/statements/:id", async (req, res) => {
    const body = asRecord(req.body);
    const decision = fieldText(body, "decision");
    await withForm(
      body,
      async () => {
        const { signatureId } = await decideStatement(ctxOf(res), idOf(req), body);
        res.redirect(303, `/console/review/${signatureId}/statements?done=${decision}`);
      },
      (form) => showEntry(app, req, res, form, fieldText(body, "signature")),
    );
  });
  router.post("/review/:id/link", async (req, res) => {
    const renew = fieldText(req.body, "act") === "renew";
    await revokeManageLink(ctxOf(res), idOf(req), renew);
    res.redirect(303, `/console/review/${idOf(req)}/statements?done=${renew ? "renewed" : "revoked"}`);
  });
  router.post("/review/:id/settle", async (req, res) => {
    const body = asRecord(req.body);
    await withForm(
      body,
      async () => {
        const { state } = await transitionAnswer(ctxOf(res), idOf(req), body);
        res.redirect(303, `/console/review/${idOf(req)}/statements?done=${state}`);
      },
      (form) => showEntry(app, req, res, form),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

function doneWords(req: Request): string {
  const done = req.query["done"];
  return typeof done === "string" && Object.hasOwn(DONE, done) ? (DONE[done] ?? "") : "";
}

async function showWaiting(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const waiting = await waitingStatements(ctx);
  consolePage(app, req, res, "console/statements", {
    title: "Statements",
    notice: doneWords(req),
    waiting: waiting.map((line) => ({
      href: `/console/review/${line.signatureId}/statements`,
      organisation: line.organisation,
      letter: line.letter,
      kind: kindWords(line),
      body: line.body ?? "",
      at: line.submittedAt,
    })),
    reports: (await entryReports(ctx)).map(reportRow),
  });
}

function kindWords({ kind, clause }: StatementLine): string {
  return clause === null ? KINDS[kind] : `${KINDS[kind]} on clause ${clause}`;
}

function reportRow(report: EntryReport) {
  return {
    ...report,
    href: report.signatureId ? `/console/review/${report.signatureId}/statements` : "",
    outcome: report.suspendedAt
      ? { tone: "bad", words: "Confirmed from their own domain: suspended" }
      : report.confirmedAt
        ? { tone: "wait", words: "Confirmed from their address" }
        : { tone: "off", words: "Not confirmed" },
  };
}

async function showEntry(
  app: App,
  req: Request,
  res: Response,
  form?: FormState,
  signatureId = idOf(req),
): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const line = isUuid(signatureId) ? await signatureDetail(ctx, signatureId) : undefined;
  if (!line) throw notFound("signatures.unknown");
  const may = mayDo(ctx.actor, "signatures:review");
  consolePage(
    app,
    req,
    res,
    "console/entry-statements",
    {
      title: `Statements of ${line.display_name}`,
      notice: doneWords(req),
      id: line.id,
      name: line.display_name,
      state: { tone: stateTone(line.state), words: app.messages.t("en", `signatures.state.${line.state}`) },
      rowVersion: line.row_version,
      mayDecide: may,
      disputed: may && line.state === "disputed",
      ...(await said(line, res, may)),
      ...(form ?? emptyForm()),
    },
    { status: form ? 422 : 200 },
  );
}

async function said(line: SignatureLine, res: Response, may: boolean) {
  const ctx = ctxOf(res);
  return {
    statements: (await statementsOf(ctx, line.id)).map((one) => ({
      ...one,
      kindWords: kindWords(one),
      ...STATES[one.state],
      hasPicture: one.kind === "logo" && (one.state === "waiting" || one.state === "approved"),
      body: one.body ?? "",
      note: one.note ?? "",
      decidedBy: one.decidedBy ?? "",
      mayApprove: may && mayBecome(one.state, "approved"),
      mayAsk: may && mayBecome(one.state, "change_asked") && one.kind !== "logo",
      mayRefuse: may && mayBecome(one.state, "refused"),
    })),
    words: (await wordsOf(ctx, line.id)).map((one) => ({
      ...one,
      title: one.kind === "dispute" ? "Says that they never signed" : "Answered our question",
    })),
    reports: (await entryReports(ctx, line.id)).map(reportRow),
  };
}
