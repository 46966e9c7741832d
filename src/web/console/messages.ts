import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { listMessagesQuery } from "../../domain/mail/commands.js";
import { TOO_LARGE } from "../../domain/mail/mail-size.js";
import { MESSAGE_STATES, UNBEGUN } from "../../domain/mail/message.js";
import { fillLinks, headerLines } from "../../domain/mail/rendering-service.js";
import { APPROVE_FIRST, readMessage, type ReadMessage } from "../../domain/mail/service.js";
import { countMessages, listMessages } from "../../domain/mail/views.js";
import { approveOneMessage, settleMessage } from "../../domain/outreach/approval-service.js";
import { cancelMail, skipMail } from "../../domain/outreach/taking-back-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { readMailbox } from "../../platform/mailer.js";
import { parse } from "../../platform/schema.js";
import { withForm } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { sendMailFrame } from "./mail-frame.js";
import { uncertainView } from "./uncertain.js";
import { messageEvent, messageState, messageStateName, reasonWords } from "./mail-words.js";

/** Every mail and what became of it; and the mails that were captured instead of sent. */
export function messageRoutes(app: App): Router {
  const router = Router();
  router.get("/messages", (req, res) => showList(app, req, res, false));
  router.get("/mail", (req, res) => showList(app, req, res, true));

  for (const [base, captured] of [
    ["/messages", false],
    ["/mail", true],
  ] as const) {
    router.get(`${base}/:id`, async (req, res) => {
      await showMessage(app, req, res, await find(req, res, captured));
    });
    router.get(`${base}/:id/html`, async (req, res) => {
      const message = await find(req, res, captured);
      if (!message.bodyHtml) throw notFound("page.unknown");
      sendMailFrame(res, filled(message, message.bodyHtml));
    });
  }

  router.post("/messages/:id/approve", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await approveOneMessage(ctxOf(res), req.params.id);
        res.redirect(303, `/console/messages/${req.params.id}`);
      },
      async ({ errors }) => showMessage(app, req, res, await readMessage(ctxOf(res), req.params.id), errors),
    );
  });
  for (const [act, takeBack] of [
    ["cancel", cancelMail],
    ["skip", skipMail],
  ] as const) {
    router.post(`/messages/:id/${act}`, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          await takeBack(ctxOf(res), req.params.id);
          res.redirect(303, `/console/messages/${req.params.id}`);
        },
        async ({ errors }) =>
          showMessage(app, req, res, await readMessage(ctxOf(res), req.params.id), errors),
      );
    });
  }
  router.post("/messages/:id/resolution", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await settleMessage(ctxOf(res), req.params.id, req.body as never);
        res.redirect(303, `/console/messages/${req.params.id}`);
      },
      async ({ errors }) => showMessage(app, req, res, await readMessage(ctxOf(res), req.params.id), errors),
    );
  });
  return router;
}

async function find(req: Request, res: Response, captured: boolean): Promise<ReadMessage> {
  const message = await readMessage(ctxOf(res), String(req.params["id"]));
  if (captured && message.transport !== "capture") throw notFound("message.unknown");
  return message;
}

/** Personal links appear in captured mail only; elsewhere a word stands for them. */
function filled(message: ReadMessage, text: string): string {
  return fillLinks(text, message.links).replace(/\[\[link:[0-9a-f-]{36}\]\]/g, "[personal link]");
}

async function showList(app: App, req: Request, res: Response, captured: boolean): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "messages:read");
  const { status, letter, cursor, limit } = parse(listMessagesQuery, { ...req.query });
  const { items, next } = await listMessages(ctx, { state: status, letter, cursor, limit, captured });
  const base = captured ? "/console/mail" : "/console/messages";
  const counts = captured ? new Map() : await countMessages(ctx);
  consolePage(app, req, res, "console/messages", {
    title: captured ? "Captured mail" : "Messages",
    captured,
    captures: app.mailer.transport === "capture",
    base,
    tabs: captured
      ? []
      : [
          { label: "All", href: base, current: !status, n: 0 },
          ...MESSAGE_STATES.filter((state) => counts.get(state)).map((state) => ({
            label: messageStateName(state),
            href: `${base}?status=${state}`,
            current: status === state,
            n: counts.get(state) as number,
          })),
        ],
    messages: items.map((line) => ({ ...line, state: messageState(line) })),
    older: next
      ? `${base}?${new URLSearchParams({ ...(status ? { status } : {}), cursor: next }).toString()}`
      : "",
  });
}

async function showMessage(
  app: App,
  req: Request,
  res: Response,
  message: ReadMessage,
  errors: Record<string, string> = {},
): Promise<void> {
  const ctx = ctxOf(res);
  const captured = message.transport === "capture" && message.bodyHtml !== null;
  const from = readMailbox(app.config.mailFrom);
  const maySettle = mayDo(ctx.actor, "outreach:write");
  const isUncertain = message.state === "uncertain" && maySettle;
  consolePage(
    app,
    req,
    res,
    "console/message",
    {
      title: message.subject,
      errors,
      message,
      captured,
      state: messageState(message),
      rendered: message.bodyText !== null,
      headers: [
        { name: "From", value: fromLine(message, from) },
        { name: "To", value: message.toName ? `${message.toName} <${message.toEmail}>` : message.toEmail },
        ...(message.headers.reply_to ? [{ name: "Reply-To", value: message.headers.reply_to }] : []),
        ...(message.envelopeFrom ? [{ name: "Return-Path", value: `<${message.envelopeFrom}>` }] : []),
        { name: "Subject", value: message.subject },
        { name: "Message-ID", value: message.messageId },
        ...Object.entries(headerLines(message.headers, message.links)).map(([name, value]) => ({
          name,
          value: filled(message, value),
        })),
      ],
      text: message.bodyText ? filled(message, message.bodyText) : "",
      frame: `${captured ? "/console/mail" : "/console/messages"}/${message.id}/html`,
      links: [...message.links.values()].map((href) => ({ href })),
      events: message.events.map((event) => ({
        at: event.at,
        title: messageEvent(event.kind),
        sub: eventNote(event.detail),
        ...(typeof event.detail["inbound"] === "string"
          ? { href: `/console/inbox/${event.detail["inbound"]}`, hrefLabel: "the mail" }
          : {}),
      })),
      firstMail: message.reason === APPROVE_FIRST && ["draft", "queued"].includes(message.state) && maySettle,
      uncertain: isUncertain ? await uncertainView(ctx, message, app.config.mtaLogFile) : null,
      mayTakeBack: maySettle && UNBEGUN.includes(message.state),
      inSequence: message.mailingKind === "sequence",
      reads: readsNow(message),
      tooLarge: message.reason === TOO_LARGE,
      blocked: message.state === "blocked" && maySettle ? reasonWords(message.reason) : "",
    },
    { status: Object.keys(errors).length > 0 ? 422 : 200 },
  );
}

/** Where a mail that has not been put into words yet can be read as it would be now. */
function readsNow({ mailingId, mailingKind, contactId }: ReadMessage): string {
  if (!mailingId || !contactId) return "";
  const page = mailingKind === "sequence" ? `sequences/${mailingId}/look` : `outreach/${mailingId}`;
  return `/console/${page}?contact=${contactId}`;
}

function fromLine({ headers }: ReadMessage, own: { name: string | null; address: string }): string {
  return `${headers.from_name ?? own.name ?? ""} <${headers.from_email ?? own.address}>`.trim();
}

function eventNote(detail: Record<string, unknown>): string {
  const words = [
    typeof detail["reason"] === "string" ? reasonWords(detail["reason"]) : "",
    typeof detail["reply"] === "string" ? detail["reply"] : "",
  ];
  return words.filter(Boolean).join(" · ");
}
