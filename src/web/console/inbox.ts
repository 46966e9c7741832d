import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { isPersons } from "../../domain/inbound/answer.js";
import { answerInbound } from "../../domain/inbound/answer-service.js";
import { HEAPS, listInboundQuery } from "../../domain/inbound/commands.js";
import {
  assignInbound,
  browseInbound,
  handleInbound,
  readInbound,
  reclassifyInbound,
  sourceOfInbound,
} from "../../domain/inbound/desk-service.js";
import { retryReading } from "../../domain/inbound/reading-service.js";
import { readingLines } from "../../domain/inbound/reading-views.js";
import {
  answersTo,
  countOpenInbound,
  type InboundDetail,
  type InboundLine,
} from "../../domain/inbound/views.js";
import type { MessageState } from "../../domain/mail/message.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import {
  CLASS_OPTIONS,
  CLASS_WORDS,
  HEAP_WORDS,
  matchWords,
  readingState,
  recipientWords,
  stepWords,
} from "./inbox-words.js";
import { consolePage } from "./layout.js";
import { messageState } from "./mail-words.js";

/** Mail that came in: what waits to be read, what each mail was taken for and why, and answering it. */
export function inboxRoutes(app: App): Router {
  const router = Router();
  router.get("/inbox", (req, res) => showInbox(app, req, res));
  router.post("/inbox/readers/:id/retry", async (req, res) => {
    await retryReading(ctxOf(res), req.params.id);
    res.redirect(303, "/console/inbox?done=retry");
  });
  router.get("/inbox/:id", async (req, res) => showMail(app, req, res));
  router.get("/inbox/:id/source", async (req, res) => {
    const raw = await sourceOfInbound(ctxOf(res), req.params.id);
    res.attachment(`${req.params.id}.eml`).type("text/plain; charset=utf-8").send(raw);
  });
  router.post("/inbox/:id/handled", async (req, res) => {
    await handleInbound(ctxOf(res), req.params.id, {
      as: fieldText(req.body, "as") === "open" ? "open" : "handled",
    });
    res.redirect(
      303,
      fieldText(req.body, "back") === "today" ? "/console" : `/console/inbox/${req.params.id}`,
    );
  });
  const acts = { assign: assignInbound, class: reclassifyInbound, answer: answerInbound } as const;
  for (const [name, act] of Object.entries(acts)) {
    router.post(`/inbox/:id/${name}`, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          await act(ctxOf(res), req.params.id, req.body as never);
          res.redirect(303, `/console/inbox/${req.params.id}?done=${name}`);
        },
        (form) => showMail(app, req, res, form),
      );
    });
  }
  return router;
}

const DONE: Record<string, string> = {
  assign: "It is known now whom this mail is about, and what follows from it was done.",
  class: "It is another kind of mail now, and what follows from that was done.",
  answer: "Your answer is on its way.",
  retry: "The mailbox is tried again within a few seconds.",
};

function doneWords(req: Request): string {
  const done = req.query["done"];
  return typeof done === "string" && Object.hasOwn(DONE, done) ? (DONE[done] ?? "") : "";
}

async function showInbox(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "messages:read");
  const query = parse(listInboundQuery, { ...req.query });
  const { items, next } = await browseInbound(ctx, query);
  const [open, readers] = [await countOpenInbound(ctx), await readingLines(ctx)];
  consolePage(app, req, res, "console/inbox", {
    title: "Inbox",
    notice: doneWords(req),
    tabs: HEAPS.map((heap) => ({
      label: HEAP_WORDS[heap],
      href: heap === "reading" ? "/console/inbox" : `/console/inbox?heap=${heap}`,
      current: query.heap === heap,
      n: heap === "reading" ? open.reading : heap === "unmatched" ? open.unmatched : 0,
    })),
    heap: query.heap,
    values: { class: query.class ?? "" },
    classes: CLASS_OPTIONS,
    mails: items.map(shownLine),
    readers: readers.map((line) => ({
      ...line,
      lastReadAt: line.lastReadAt ?? "",
      shown: readingState(line),
    })),
    mayWrite: mayDo(ctx.actor, "outreach:write"),
    isQueue: query.heap === "reading" || query.heap === "unmatched",
    more: next ?? "",
  });
}

/** A mail as lists show it: who wrote, what about, and what it was taken for. */
export function shownLine(line: InboundLine): Record<string, unknown> {
  return {
    id: line.id,
    subject: line.subject || "(no subject)",
    from: line.fromName ?? line.fromEmail ?? "Unknown sender",
    fromEmail: line.fromName ? (line.fromEmail ?? "") : "",
    beginning: line.class === "human_reply" ? line.beginning : "",
    organisationId: line.organisationId ?? "",
    organisationName: line.organisationName ?? "",
    shown: CLASS_WORDS[line.class],
    receivedAt: line.receivedAt,
    isOpen: line.handledAt === null,
  };
}

async function showMail(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  const id = String(req.params["id"]);
  const mail = await readInbound(ctx, id);
  const answers = await answersTo(ctx, id);
  const mayWrite = mayDo(ctx.actor, "outreach:write");
  consolePage(
    app,
    req,
    res,
    "console/inbox-mail",
    {
      title: mail.subject || "(no subject)",
      notice: form ? "" : doneWords(req),
      values: { class: mail.class, ...form?.values },
      errors: form?.errors ?? {},
      ...mailView(app, mail),
      mayWrite,
      mayAnswer: mayWrite && isPersons(mail.class) && (mail.replyTo ?? mail.fromEmail) !== null,
      maySource: mayDo(ctx.actor, "invitations:write"),
      mayAdd: mayDo(ctx.actor, "organisations:write"),
      answerId: fieldText(form?.values, "answer_id") || newId(ctx.clock),
      classes: CLASS_OPTIONS,
      answers: answers.map((answer) => ({
        ...answer,
        by: answer.by ?? "",
        shown: messageState({ state: answer.state as MessageState, reason: null, transport: null }),
      })),
    },
    { status: form ? 422 : 200 },
  );
}

function mailView(app: App, mail: InboundDetail): Record<string, unknown> {
  const { understood } = mail;
  const day = (iso: string) => app.messages.t("en", "inbound.day", { day: new Date(iso) });
  const successor = understood.autoReply?.replacement;
  return {
    mail: {
      ...shownLine(mail),
      handledAt: mail.handledAt ?? "",
      handledBy: mail.handledBy ?? "",
      cut: mail.cut,
    },
    shown: CLASS_WORDS[mail.class],
    was: understood.reclassified_from ? CLASS_WORDS[understood.reclassified_from].words : "",
    fresh: mail.replyText,
    whole: mail.bodyText === mail.replyText ? "" : mail.bodyText,
    answersTo: mail.replyTo ?? mail.fromEmail ?? "",
    facts: [
      { name: "From", value: [mail.fromName, mail.fromEmail].filter(Boolean).join(", ") || "not known" },
      ...(mail.replyTo && mail.replyTo !== mail.fromEmail
        ? [{ name: "Answers go to", value: mail.replyTo }]
        : []),
      ...(mail.mailboxName ? [{ name: "Came to", value: mail.mailboxName }] : []),
      ...(mail.contactName ? [{ name: "Contact", value: mail.contactName }] : []),
    ],
    sentAt: mail.sentAt ?? "",
    match: matchWords(mail.matchKind),
    isMatched: mail.matchKind !== null,
    about: mail.messageId
      ? { id: mail.messageId, subject: mail.messageSubject ?? "Our mail", to: mail.messageTo ?? "" }
      : "",
    why: understood.why ?? "",
    evidence: understood.evidence ?? [],
    recipients: (understood.recipients ?? []).map(recipientWords),
    until: understood.autoReply?.until ? day(understood.autoReply.until) : "",
    successor: successor
      ? { name: successor.name ?? "", email: successor.email ?? "", source: "their automatic reply" }
      : "",
    done: mail.actions.map((step) => ({ at: new Date(step.at), title: stepWords(step, day) })),
    headers: mail.headers,
  };
}
