import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { renderMail } from "../../domain/mail/rendering-service.js";
import { needsSecondPerson } from "../../domain/review/second-person.js";
import {
  approveSignerMail,
  browseSignerMails,
  changeSignerMail,
  removeSignerMail,
  sendSignerMail,
  showSignerMail,
  testSignerMail,
  writeSignerMail,
} from "../../domain/review/signer-mail-service.js";
import type { SignerMailLine } from "../../domain/review/signer-mail-views.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage, onlyFor } from "./layout.js";

const STATES: Record<SignerMailLine["state"], { tone: string; words: string }> = {
  draft: { tone: "wait", words: "Draft" },
  waiting: { tone: "wait", words: "Waits for a second person" },
  sending: { tone: "wait", words: "Going out" },
  sent: { tone: "ok", words: "Sent" },
};

/** One mail to everybody who signed a letter. */
export function signerMailRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/mails", async (req, res) => {
    const ctx = ctxOf(res);
    const slug = slugOf(req);
    const { mails, signers } = await browseSignerMails(ctx, slug);
    consolePage(app, req, res, "console/signer-mails", {
      title: "Mails to signatories",
      slug,
      signers,
      mayWrite: mayDo(ctx.actor, "signatures:review"),
      mails: mails.map((mail) => lineView(mail)),
    });
  });
  router.get("/letters/:slug/mails/new", async (req, res) => showForm(app, req, res));
  router.post("/letters/:slug/mails", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const { id } = await writeSignerMail(ctxOf(res), slugOf(req), req.body);
        res.redirect(303, `/console/signer-mails/${id}`);
      },
      (form) => showForm(app, req, res, form),
    );
  });
  router.get("/signer-mails/:id", async (req, res) => showOne(app, req, res));
  router.post("/signer-mails/:id", async (req, res) => {
    await acted(app, req, res, () => changeSignerMail(ctxOf(res), idOf(req), req.body));
  });
  router.post("/signer-mails/:id/test", async (req, res) => {
    await acted(app, req, res, () => testSignerMail(ctxOf(res), idOf(req)), "?done=test");
  });
  router.post("/signer-mails/:id/send", async (req, res) => {
    await acted(app, req, res, async () => {
      await sendSignerMail(ctxOf(res), idOf(req), req.body);
    });
  });
  router.post("/signer-mails/:id/approve", async (req, res) => {
    await acted(app, req, res, () => approveSignerMail(ctxOf(res), idOf(req), req.body));
  });
  router.post("/signer-mails/:id/delete", onlyFor("signatures:review"), async (req, res) => {
    const { mail } = await showSignerMail(ctxOf(res), String(req.params["id"]));
    await removeSignerMail(ctxOf(res), mail.id);
    res.redirect(303, `/console/letters/${mail.letter}/mails`);
  });
  return router;
}

function slugOf(req: Request): string {
  return String(req.params["slug"]);
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function acted(
  app: App,
  req: Request,
  res: Response,
  work: () => Promise<void>,
  suffix = "",
): Promise<void> {
  await withForm(
    req.body,
    async () => {
      await work();
      res.redirect(303, `/console/signer-mails/${idOf(req)}${suffix}`);
    },
    (form) => showOne(app, req, res, form),
  );
}

function lineView(mail: SignerMailLine) {
  return {
    id: mail.id,
    subject: mail.subject,
    ...STATES[mail.state],
    author: mail.author ?? "a script",
    recipients: mail.recipients,
    queued: mail.queued,
    stopped: mail.stopped,
    at: mail.created_at,
  };
}

async function showForm(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:review");
  const { signers } = await browseSignerMails(ctx, slugOf(req));
  consolePage(
    app,
    req,
    res,
    "console/signer-mail-new",
    { title: "Write to the signatories", slug: slugOf(req), signers, ...(form ?? emptyForm()) },
    { status: form ? 422 : 200 },
  );
}

async function showOne(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  const { mail, signers, may } = await showSignerMail(ctx, idOf(req));
  const mayWrite = mayDo(ctx.actor, "signatures:review");
  consolePage(
    app,
    req,
    res,
    "console/signer-mail",
    {
      title: mail.subject,
      notice: req.query["done"] === "test" ? "On its way to you." : "",
      mail: lineView(mail),
      slug: mail.letter,
      rowVersion: mail.row_version,
      signers,
      second: needsSecondPerson(signers),
      draft: mail.state === "draft",
      started: mail.state !== "draft",
      mayWrite,
      mayApprove: may !== "no" && mayWrite,
      ownOnly: mail.state === "waiting" && may === "no",
      mayDelete: mayWrite && (mail.state === "draft" || mail.state === "waiting"),
      preview: preview(app, mail),
      ...(form ?? emptyForm({ subject: mail.subject, body: mail.body_md })),
    },
    { status: form ? 422 : 200 },
  );
}

/** How it reads for a signatory of an organisation that does not exist. */
function preview(app: App, mail: SignerMailLine): string {
  return renderMail(app, {
    template: "signer-update",
    language: "en",
    data: {
      subject: mail.subject,
      body: mail.body_md,
      organisation: "their organisation",
      letterTitle: mail.letter,
    },
    sponsor: { name: "", address: "" },
    why: undefined,
    unsubscribeUrl: null,
  }).text;
}
