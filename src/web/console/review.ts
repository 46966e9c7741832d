import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { acceptAnswer, transitionAnswer } from "../../domain/declines/service.js";
import { looksLike } from "../../domain/signatures/look-alike-views.js";
import { openRejectionReasons } from "../../domain/signatures/rejection-reason.js";
import { rejectSignature } from "../../domain/signatures/review-service.js";
import { staffMoves, stateTone, type SignatureState } from "../../domain/signatures/signature.js";
import {
  historyOf,
  recentDecisions,
  reviewCounts,
  reviewQueue,
  signatureDetail,
  type ReviewLine,
  type SignatureLine,
} from "../../domain/signatures/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { countryName } from "../../platform/i18n.js";
import { isUuid } from "../../platform/ids.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const LANG = "en";

/** Signatures that wait for a person, one of them with what was checked, and the two decisions. */
export function reviewRoutes(app: App): Router {
  const router = Router();
  router.get("/review", async (req, res) => showQueue(app, req, res));
  router.get("/review/:id", async (req, res) => showSignature(app, req, res));
  router.post("/review/:id/accept", async (req, res) => {
    const body = asRecord(req.body);
    await withForm(
      body,
      async () => {
        const { state } = await acceptAnswer(ctxOf(res), idOf(req), body);
        res.redirect(303, `/console/review?done=${state}`);
      },
      (form) => showSignature(app, req, res, form),
    );
  });
  router.post("/review/:id/reject", async (req, res) => {
    const body = asRecord(req.body);
    await withForm(
      body,
      async () => {
        await rejectSignature(ctxOf(res), idOf(req), body);
        res.redirect(303, "/console/review?done=rejected");
      },
      (form) => showSignature(app, req, res, form),
    );
  });
  router.post("/review/:id/move", async (req, res) => {
    const body = asRecord(req.body);
    await withForm(
      body,
      async () => {
        const { state } = await transitionAnswer(ctxOf(res), idOf(req), body);
        res.redirect(303, `/console/review?done=${state}`);
      },
      (form) => showSignature(app, req, res, form),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

const DONE: Record<string, string> = {
  published: "Accepted and published. The signatory has been told.",
  held: "Accepted and held until launch. The signatory has been told.",
  standing: "The pledge stands. The signatory has been told.",
  accepted: "Accepted and counted in confidence. The signatory has been told.",
  rejected: "Rejected. The signatory has been told why.",
  withdrawn: "Withdrawn. The public list shows both dates.",
  rescinded: "Taken back before it was public.",
  invalidated: "Invalidated. It is on no public list any more.",
};

async function showQueue(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const [queue, counts, decided] = [
    await reviewQueue(ctx),
    await reviewCounts(ctx),
    await recentDecisions(ctx),
  ];
  const alike = await looksLike(ctx, queue);
  const done = req.query["done"];
  consolePage(app, req, res, "console/review", {
    title: "Review",
    notice: typeof done === "string" && Object.hasOwn(DONE, done) ? DONE[done] : "",
    counts,
    queue: queue.map((line) => queueRow(app, line, alike.get(line.id) ?? [])),
    decided: decided.map((line) => lineView(app, line)),
    first: queue[0]?.id ?? "",
  });
}

function say(app: App, key: string, args = {}): string {
  return app.messages.t(LANG, key, args);
}

function lineView(app: App, line: SignatureLine) {
  return {
    id: line.id,
    name: line.display_name,
    organisationId: line.organisation_id,
    letter: line.letterSlug,
    by: `${line.signatory_name}, ${line.signatory_title}`,
    kind: kindWords(line),
    tone: stateTone(line.state),
    words: say(app, `signatures.state.${line.state}`),
    at: line.accepted_at ?? line.confirmed_at ?? line.submitted_at,
    reason: line.rejection_code ? say(app, `signatures.rejection.${line.rejection_code}`) : "",
  };
}

function queueRow(app: App, line: ReviewLine, alike: readonly string[]) {
  const { checks, caveats } = line.evidence;
  return {
    ...lineView(app, line),
    checks: checks.map((check) => say(app, `signatures.check_done.${check}`)).join(". "),
    caveats: [
      ...caveats.map((caveat) => say(app, `signatures.caveat.${caveat}`)),
      ...alike.map((name) => `Looks like ${name}`),
    ].join(". "),
    dueAt: line.dueAt,
    late: line.late,
  };
}

function kindWords(line: SignatureLine): string {
  if (line.kind === "pledge") {
    const among = { any: "", sector: " of their sector", country: " of their country" }[
      line.condition_class ?? "any"
    ];
    return `Pledge, once ${line.condition_count ?? 0}${among} have signed`;
  }
  return line.visibility === "confidential" ? "Signature in confidence" : "Public signature";
}

async function showSignature(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const line = isUuid(idOf(req)) ? await signatureDetail(ctx, idOf(req)) : undefined;
  if (!line) throw notFound("signatures.unknown");
  const history = await historyOf(ctx, line.id);
  const inReview = line.state === "in_review";
  consolePage(
    app,
    req,
    res,
    "console/review-signature",
    {
      title: line.display_name,
      line: lineView(app, line),
      checks: line.evidence.checks.map((check) => say(app, `signatures.check_done.${check}`)),
      caveats: line.evidence.caveats.map((caveat) => say(app, `signatures.caveat.${caveat}`)),
      alike: (await looksLike(ctx, [line])).get(line.id) ?? [],
      otherName: line.organisationName === line.display_name ? "" : line.organisationName,
      facts: facts(app, line),
      quote: line.quote ?? "",
      help: line.help_offered ?? "",
      note: line.rejection_note ?? "",
      rowVersion: line.row_version,
      mayDecide: inReview && mayDo(ctx.actor, "signatures:review"),
      inReview,
      moves: mayDo(ctx.actor, "signatures:review")
        ? staffMoves(line.state).flatMap((to) => (MOVES[to] ? [{ to, ...MOVES[to] }] : []))
        : [],
      reasons: openRejectionReasons().map(({ code }) => ({
        value: code,
        label: say(app, `signatures.rejection.${code}`),
      })),
      history: history.map((step) => ({
        at: step.at,
        title: say(app, `signatures.state.${step.to}`),
        text: CAUSES[step.cause] ?? "",
        sub: step.actorName ?? ACTORS[step.actorKind] ?? "",
      })),
      ...(form ?? emptyForm()),
    },
    { status: form ? 422 : 200 },
  );
}

/** What staff may do later, and what it means. */
const MOVES: Partial<Record<SignatureState, { label: string; means: string }>> = {
  withdrawn: {
    label: "Withdraw at their request",
    means: "The public list shows both dates. They can sign again later.",
  },
  rescinded: {
    label: "Take back at their request",
    means: "It was never public and leaves no public trace.",
  },
  invalidated: {
    label: "Invalidate",
    means: "It vanishes from every public list. For entries that should never have stood there.",
  },
};

const ACTORS: Record<string, string> = {
  company: "The company, by its own link",
  public: "From the public page",
  system: "By itself",
  token: "By the API",
  staff: "Staff",
};

const CAUSES: Record<string, string> = {
  submitted: "sent in by form",
  address_confirmed: "the signatory pressed the button behind the mailed link",
  attested: "the signatory says that they may bind the organisation",
  queued: "waits for a person here",
  accepted: "accepted by staff",
  rejected: "rejected by staff",
  published: "put on the public page",
  held: "held back, since the letter is not open yet",
  pledge_stands: "stands until its condition is met",
  replaced: "sent in again with other answers",
  withdrawn: "withdrawn by the signatory",
  withdrawn_on_request: "withdrawn by staff, since the signatory asked",
  rescinded: "taken back by staff, since the signatory asked",
  invalidated: "invalidated by staff",
};

function facts(app: App, line: SignatureLine) {
  const contact = [line.contact_name, line.contact_email].filter(Boolean).join(", ");
  return [
    { name: "Letter", value: line.letterSlug, href: `/console/letters/${line.letterSlug}` },
    {
      name: "Organisation",
      value: line.organisationName,
      href: `/console/organisations/${line.organisation_id}`,
    },
    { name: "Country", value: countryName(LANG, line.country) },
    { name: "Sector", value: say(app, `sector.${line.sector}`) },
    { name: "Binds", value: say(app, `signatures.scope.${line.scope}`) },
    { name: "Signed by", value: `${line.signatory_name}, ${line.signatory_title}` },
    { name: "E-mail", value: line.signatory_email },
    ...(contact ? [{ name: "Working contact", value: contact }] : []),
    {
      name: "Came by",
      value: line.invitation_id ? `Invitation to ${line.invitedName ?? "a contact"}` : "Public page",
    },
    { name: "Language", value: line.language },
    { name: "Known domain", value: line.organisationDomain ?? "none" },
    { name: "Kind", value: kindWords(line) },
    ...(line.kind === "pledge"
      ? [{ name: "Until", value: String(line.condition_deadline ?? "the letter closes") }]
      : []),
  ];
}
