import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { isOnTheSpot, type Ask, type DeclineReason } from "../../domain/declines/decline-reason.js";
import { declineByInvitation, declineReasons } from "../../domain/declines/service.js";
import { standingDeclineOf } from "../../domain/declines/views.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { baseOf, companyCtx, open, tokenOf } from "./invitation.js";
import { personalPage, suffixOf } from "./personal.js";

const GROUPS = ["position", "process", "collective", "fit", "other"] as const;
const AGAIN = ["no", "later", "if_text_changes"] as const;

/** Declining through one's own link, in a minute, with the fitting ask offered there and then. */
export function declineRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);

  router.get("/r/:token/decline", async (req, res) => showForm(app, req, res, undefined));
  router.post("/r/:token/decline", limit, async (req, res) => {
    const { opened } = await open(app, req, res);
    await withForm(
      req.body,
      async () => {
        await declineByInvitation(companyCtx(res, opened), tokenOf(req), asRecord(req.body));
        res.redirect(303, `${baseOf(req)}/declined${suffixOf(app, req)}`);
      },
      (form) => showForm(app, req, res, form, 422),
    );
  });
  router.get("/r/:token/declined", async (req, res) => showThanks(app, req, res));
  return router;
}

async function showForm(
  app: App,
  req: Request,
  res: Response,
  form: FormState | undefined,
  status = 200,
): Promise<void> {
  const { opened, lang } = await open(app, req, res);
  const { letter, invitee, verdict } = opened;
  const reasons = await declineReasons(ctxOf(res));
  const mayDecline = verdict === "open" || verdict === "paused";
  personalPage(
    app,
    req,
    res,
    "public/decline",
    {
      title: app.messages.t(lang, "declines.form.title", { organisation: invitee.organisationName }),
      base: baseOf(req),
      organisation: invitee.organisationName,
      mayDecline,
      verdict,
      ...reasonChoices(app, lang, reasons, (ask) => askView(app, lang, req, ask)),
      ...(form ?? emptyForm({ said_by: invitee.contactName ?? "" })),
    },
    { letter, lang, status: mayDecline ? status : 409 },
  );
}

/** The choices of the form: reasons by group, each with its ask where asks can be offered, and when to ask again. */
export function reasonChoices(
  app: App,
  lang: string,
  reasons: readonly DeclineReason[],
  offer?: (ask: Ask) => unknown,
) {
  const say = (key: string) => app.messages.t(lang, key);
  return {
    groups: GROUPS.map((group) => ({
      group,
      label: say(`declines.group.${group}`),
      reasons: reasons
        .filter((reason) => reason.group === group)
        .map(({ code, nextAsk }) => ({
          code,
          label: say(`declines.reason.${code}`),
          hint: say(`declines.hint.${code}`),
          ask: nextAsk && offer ? offer(nextAsk) : undefined,
        })),
    })),
    more: reasons
      .filter(({ code }) => code !== "other")
      .map(({ code }) => ({ value: code, label: say(`declines.reason.${code}`) })),
    again: AGAIN.map((value) => ({ value, label: say(`declines.again.${value}`) })),
  };
}

/** An ask as a company is offered it: a title, a sentence, and a link where a form of ours answers it. */
function askView(app: App, lang: string, req: Request, ask: Ask) {
  const suffix = suffixOf(app, req);
  const wish = ask === "A7" ? "pledge" : ask === "A2" ? "confidential" : "public";
  return {
    title: app.messages.t(lang, `declines.ask.${ask}.title`),
    text: app.messages.t(lang, `declines.ask.${ask}.text`),
    href: isOnTheSpot(ask) ? `${baseOf(req)}/sign?as=${wish}${suffix.replace("?", "&")}` : "",
    label: isOnTheSpot(ask) ? app.messages.t(lang, `declines.ask.${ask}.act`) : "",
  };
}

async function showThanks(app: App, req: Request, res: Response): Promise<void> {
  const { opened, lang } = await open(app, req, res);
  const decline = await standingDeclineOf(ctxOf(res), opened.letter.id, opened.invitee.organisationId);
  const reasons = await declineReasons(ctxOf(res));
  const mine = decline?.invitation_id === opened.invitation.id ? decline : undefined;
  const ask = reasons.find(({ code }) => code === mine?.reason_code)?.nextAsk;
  personalPage(
    app,
    req,
    res,
    "public/declined",
    {
      title: app.messages.t(lang, "declines.thanks.title"),
      base: baseOf(req),
      organisation: opened.invitee.organisationName,
      reason: mine?.reason_code ?? "",
      ask: ask && opened.verdict === "open" ? askView(app, lang, req, ask) : undefined,
      closesAt: opened.letter.closesAt,
    },
    { letter: opened.letter, lang },
  );
}
