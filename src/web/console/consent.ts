import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { FIRST_CONTACTS, UNKNOWN_COUNTRY } from "../../domain/consent/first-contact.js";
import {
  listCountryPolicies,
  resetCountryPolicy,
  setCountryPolicy,
  showCountryPolicy,
  type ShownPolicy,
} from "../../domain/consent/policy-service.js";
import { liftSuppression, pageSuppressions, showSuppression } from "../../domain/consent/service.js";
import { listEndingBases } from "../../domain/privacy/basis-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { FIRST_CONTACT_WORDS, basisWords, stopReasonWords } from "./consent-words.js";
import { consolePage, onlyFor } from "./layout.js";

const DONE: Record<string, string> = {
  set: "The rule is set.",
  reset: "The rule that came with the program holds again.",
  lifted: "The stop has been taken back.",
};

/** Whether we may write: bases that grow old, the rules of countries, and addresses never to be written to. */
export function consentRoutes(app: App): Router {
  const router = Router();
  router.get("/consent", async (req, res) => showBases(app, req, res));
  router.use(countryRoutes(app));
  router.use(stopRoutes(app));
  return router;
}

function countryRoutes(app: App): Router {
  const router = Router();
  router.get("/countries", async (req, res) => {
    const policies = (await listCountryPolicies(ctxOf(res))).map((policy) => shownPolicy(policy));
    policies.sort((a, b) => a.name.localeCompare(b.name, "en"));
    const mayChange = mayDo(ctxOf(res).actor, "privacy:manage");
    consolePage(app, req, res, "console/countries", {
      title: "Countries",
      policies,
      mayChange,
      notice: noticeOf(req),
    });
  });
  router.get("/countries/:id", onlyFor("privacy:manage"), (req, res) =>
    showCountry(app, req, res, emptyForm()),
  );
  router.post("/countries/:id", onlyFor("privacy:manage"), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await setCountryPolicy(ctxOf(res), idOf(req), asRecord(req.body) as never);
        res.redirect(303, "/console/countries?done=set");
      },
      (form) => showCountry(app, req, res, form, 422),
    );
  });
  router.post("/countries/:id/reset", async (req, res) => {
    await resetCountryPolicy(ctxOf(res), idOf(req));
    res.redirect(303, "/console/countries?done=reset");
  });
  return router;
}

function stopRoutes(app: App): Router {
  const router = Router();
  router.get("/suppressions", async (req, res) => {
    const cursor = typeof req.query["cursor"] === "string" ? req.query["cursor"].slice(0, 500) : undefined;
    const { items, next } = await pageSuppressions(ctxOf(res), { cursor, limit: 50 });
    consolePage(app, req, res, "console/suppressions", {
      title: "Never write again",
      stops: items.map((item) => ({ ...item, reasonWords: stopReasonWords(item.reason) })),
      next: next ?? "",
      mayLift: mayDo(ctxOf(res).actor, "privacy:manage"),
      notice: noticeOf(req),
    });
  });
  router.get("/suppressions/:id", onlyFor("privacy:manage"), (req, res) =>
    showStop(app, req, res, emptyForm()),
  );
  router.post("/suppressions/:id/lift", onlyFor("privacy:manage"), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await liftSuppression(ctxOf(res), idOf(req), { why: fieldText(req.body, "why") });
        res.redirect(303, "/console/suppressions?done=lifted");
      },
      (form) => showStop(app, req, res, form, 422),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

function noticeOf(req: Request): string {
  const done = req.query["done"];
  return typeof done === "string" && Object.hasOwn(DONE, done) ? (DONE[done] ?? "") : "";
}

async function showBases(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const bases = await listEndingBases(ctx);
  consolePage(app, req, res, "console/consent", {
    title: "Consent",
    bases: bases.map((line) => ({
      ...line,
      basis: app.messages.t("en", `contact.lawful_basis.${line.lawful_basis}`),
      checkedAt: line.basis_checked_at ?? line.source_at,
      shown: basisWords(line.verdict),
    })),
    may: {
      write: mayDo(ctx.actor, "organisations:write"),
    },
  });
}

function shownPolicy(policy: ShownPolicy) {
  return {
    ...policy,
    name: policy.country === UNKNOWN_COUNTRY ? "Country not known" : countryName(policy.country),
    roleWords: FIRST_CONTACT_WORDS[policy.role],
    personWords: FIRST_CONTACT_WORDS[policy.person],
    setBy: policy.set ? (policy.set.by ?? "a script") : "",
    setAt: policy.set?.at ?? "",
  };
}

function countryName(code: string): string {
  return new Intl.DisplayNames(["en"], { type: "region" }).of(code) ?? code;
}

async function showCountry(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const policy = shownPolicy(await showCountryPolicy(ctxOf(res), idOf(req)));
  const choices = FIRST_CONTACTS.map((value) => ({ value, label: FIRST_CONTACT_WORDS[value].words }));
  consolePage(app, req, res, "console/country", { title: policy.name, policy, choices, ...form }, { status });
}

async function showStop(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const stop = await showSuppression(ctxOf(res), idOf(req));
  const view = { title: "Take a stop back", stop, reasonWords: stopReasonWords(stop.reason) };
  consolePage(app, req, res, "console/suppression", { ...view, ...form }, { status });
}
