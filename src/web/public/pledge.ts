import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  actOnPledge,
  openPledge,
  PLEDGE_ACTS,
  type PledgeAct,
  type Standing,
} from "../../domain/pledges/standing-service.js";
import { as } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { formatDate, formatDateTime } from "../../platform/i18n.js";
import { withForm } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";
import { conditionWords } from "./sign-view.js";

/** A pledge behind its signatory's link: what it waits for, and its three buttons. Looking changes nothing. */
export function pledgeRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);
  router.get("/manage/:token/pledge", (req, res) => show(app, req, res, {}, 200));
  router.get("/manage/:token/pledge/:act", (req, res) => ask(app, req, res));
  router.post("/manage/:token/pledge/:act", limit, async (req, res) => {
    const act = actOf(req);
    const opened = await openPledge(ctxOf(res), tokenOf(req));
    const company = as(ctxOf(res), { kind: "company", id: opened.pledge.id });
    await withForm(
      req.body,
      async () => {
        await actOnPledge(company, tokenOf(req), act);
        res.redirect(303, `${addressOf(req)}${suffixOf(app, req)}`);
      },
      (form) => show(app, req, res, form.errors, 409),
    );
  });
  return router;
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

function addressOf(req: Request): string {
  return `/manage/${encodeURIComponent(tokenOf(req))}/pledge`;
}

function actOf(req: Request): PledgeAct {
  const act = PLEDGE_ACTS.find((each) => each === req.params["act"]);
  if (!act) throw notFound("link.unknown");
  return act;
}

async function show(
  app: App,
  req: Request,
  res: Response,
  errors: Record<string, unknown>,
  status: number,
): Promise<void> {
  const standing = await openPledge(ctxOf(res), tokenOf(req));
  const { letter, pledge, acts } = standing;
  const lang = personalLanguage(app, req, pledge.language);
  const say = (key: string, args = {}) => app.messages.t(lang, key, args);
  const words = wordsOf(standing);
  personalPage(
    app,
    req,
    res,
    "public/pledge",
    {
      title: say("pledges.title", { organisation: pledge.display_name }),
      said: say(`pledges.state.${words.state}`),
      sentence: words.sentence
        ? say(`pledges.sentence.${words.sentence}`, {
            until: standing.window ? formatDateTime(lang, standing.window.until) : "",
          })
        : "",
      address: addressOf(req),
      mayReaffirm: acts.includes("reaffirm"),
      acts: acts
        .filter((act) => act !== "reaffirm")
        .map((act) => ({ act, label: say(`pledges.act.${act}`) })),
      facts: facts(app, lang, standing),
      peers: standing.peers,
      errors,
    },
    { letter, lang, status },
  );
}

/** The sentences for where a pledge stands. */
function wordsOf({ pledge, window }: Standing): { state: string; sentence?: string } {
  if (pledge.kind === "signature") {
    return ["published", "held", "accepted"].includes(pledge.state)
      ? { state: "signed", sentence: "signed" }
      : { state: "over" };
  }
  switch (pledge.state) {
    case "standing":
      return { state: "standing", sentence: "standing" };
    case "triggered": {
      const state = window?.reaffirmed ? "triggered_yes" : "triggered";
      return { state, sentence: state };
    }
    case "lapsed":
    case "retracted":
      return { state: pledge.state, sentence: "over" };
    case "submitted":
    case "email_confirmed":
    case "awaiting_authority":
    case "attested":
    case "in_review":
    case "needs_information":
      return { state: "waiting" };
    default:
      return { state: "over" };
  }
}

function facts(app: App, lang: string, { letter, pledge, ...standing }: Standing) {
  const say = (key: string, args = {}) => app.messages.t(lang, key, args);
  const stands = pledge.kind === "pledge" && ["standing", "triggered"].includes(pledge.state);
  const deadline = pledge.condition_deadline ?? letter.closesAt;
  const condition = conditionWords(
    app,
    lang,
    {
      appearance: "pledge",
      condition_count: pledge.condition_count ?? undefined,
      condition_class: pledge.condition_class ?? undefined,
      condition_deadline: undefined,
    },
    { closesAt: null },
  );
  const line = (key: string, value: string, hint = "") => ({ name: say(`pledges.fact.${key}`), value, hint });
  if (!stands) return [line("condition", condition)];
  return [
    line("condition", condition),
    line("signed", say("pledges.fact.signed_value", { count: standing.signed })),
    line("ready", say("pledges.fact.ready_value", { band: standing.ready }), say("pledges.fact.ready_hint")),
    line("deadline", deadline ? formatDate(lang, deadline) : say("pledges.fact.no_deadline")),
    ...(standing.window ? [line("until", formatDateTime(lang, standing.window.until))] : []),
    ...(standing.nextLook ? [line("next", formatDateTime(lang, standing.nextLook))] : []),
  ];
}

async function ask(app: App, req: Request, res: Response): Promise<void> {
  const act = actOf(req);
  const { letter, pledge, acts } = await openPledge(ctxOf(res), tokenOf(req));
  if (act === "reaffirm" || !acts.includes(act)) {
    res.redirect(303, `${addressOf(req)}${suffixOf(app, req)}`);
    return;
  }
  const lang = personalLanguage(app, req, pledge.language);
  const say = (key: string, args = {}) => app.messages.t(lang, `pledges.ask.${act}.${key}`, args);
  personalPage(
    app,
    req,
    res,
    "public/pledge-ask",
    {
      title: say("heading"),
      sentence: say("sentence", { organisation: pledge.display_name }),
      label: say("act"),
      address: addressOf(req),
      act,
    },
    { letter, lang },
  );
}
