import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { endEnrolment, showEnrolment } from "../../domain/outreach/enrolment-service.js";
import { holdName } from "../../domain/outreach/hold-history-views.js";
import {
  browseAway,
  browseHolds,
  holdOutreach,
  resumeOutreach,
  stopOutreachOf,
} from "../../domain/outreach/hold-service.js";
import type { HoldLine } from "../../domain/outreach/hold-views.js";
import { HOLD_SCOPES, type HoldScope } from "../../domain/outreach/hold.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const SCOPE_WORDS: Record<HoldScope, string> = {
  contact: "Contact",
  organisation: "Organisation",
  sequence: "Sequence",
  mailbox: "Mailbox",
  letter: "Letter",
};

/** What a hold on each holds back, under the name of the thing. */
const MEANING: Record<HoldScope, string> = {
  contact: "No mail of a sequence or a mailing goes to this contact.",
  organisation: "No mail goes to anybody at this organisation.",
  sequence: "No mail of this sequence goes out.",
  mailbox: "No mail goes out from this mailbox.",
  letter: "No mail about this letter goes out. Organisations can go on signing.",
};

/** Pausing outreach, letting it go on, and ending it: one form for a contact, an organisation, a sequence, a mailbox, a letter. */
export function holdRoutes(app: App): Router {
  const router = Router();
  router.get("/holds", async (req, res) => {
    const ctx = ctxOf(res);
    requirePermission(ctx, "messages:read");
    const holds = await browseHolds(ctx);
    consolePage(app, req, res, "console/holds", {
      title: "Paused",
      mayWrite: mayDo(ctx.actor, "outreach:write"),
      holds: await Promise.all(holds.map((hold) => holdRow(ctx, hold))),
      away: await browseAway(ctx),
    });
  });
  router.get("/holds/new", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    await showForm(app, req, res, req.query);
  });
  router.post("/holds", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    await withForm(
      req.body,
      async () => {
        const until = fieldText(req.body, "until");
        const { scope, id } = askedSubject(req.body);
        await holdOutreach(ctxOf(res), {
          scope,
          subject_id: id,
          reason: fieldText(req.body, "reason"),
          until: /^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T00:00:00Z` : until,
        });
        res.redirect(303, await placeOfSubject(ctxOf(res), req.body));
      },
      (form) => showForm(app, req, res, req.body, form, 422),
    );
  });
  for (const [name, act] of [
    ["end", resumeOutreach],
    ["stop", stopOutreachOf],
  ] as const) {
    router.post(`/holds/${name}`, async (req, res) => {
      requirePermission(ctxOf(res), "outreach:write");
      const { scope, id } = askedSubject(req.body);
      await act(ctxOf(res), { scope, subject_id: id });
      res.redirect(303, await placeOfSubject(ctxOf(res), req.body));
    });
  }
  router.post("/enrolments/:id/end", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    const { organisationId } = await showEnrolment(ctxOf(res), req.params.id);
    await endEnrolment(ctxOf(res), req.params.id, req.body as never);
    res.redirect(303, `/console/organisations/${organisationId}#sequences`);
  });
  return router;
}

/** What a form or an address names. Throws not_found for a thing that can't be held. */
function askedSubject(given: unknown): { scope: HoldScope; id: string } {
  const scope = HOLD_SCOPES.find((each) => each === fieldText(given, "scope"));
  const id = fieldText(given, "subject_id") || fieldText(given, "subject");
  if (!scope || !isUuid(id)) throw notFound("hold.unknown");
  return { scope, id };
}

/** The page that a thing belongs to. */
async function placeOfSubject(ctx: Ctx, given: unknown): Promise<string> {
  const { scope, id } = askedSubject(given);
  if (fieldText(given, "from") === "holds") return "/console/holds";
  const named = await holdName(ctx, scope, id);
  if (scope === "sequence") return `/console/sequences/${id}`;
  if (scope === "letter") return `/console/letters/${named?.slug ?? ""}`;
  if (scope === "mailbox") return `/console/mailboxes/${id}`;
  return `/console/organisations/${named?.organisationId ?? ""}#sequences`;
}

async function holdRow(ctx: Ctx, hold: HoldLine) {
  const given = { scope: hold.scope, subject_id: hold.subjectId };
  return { ...hold, what: SCOPE_WORDS[hold.scope], href: await placeOfSubject(ctx, given) };
}

async function showForm(
  app: App,
  req: Request,
  res: Response,
  given: unknown,
  form: FormState = emptyForm(),
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  const { scope, id } = askedSubject(given);
  const named = await holdName(ctx, scope, id);
  if (!named) throw notFound("hold.unknown");
  const [standing] = await browseHolds(ctx, { scope, subjectId: id });
  consolePage(
    app,
    req,
    res,
    "console/hold-form",
    {
      title: `Pause ${named.name}`,
      ...form,
      scope,
      id,
      name: named.name,
      meaning: MEANING[scope],
      standing,
      back: await placeOfSubject(ctx, { scope, subject_id: id }),
      given: {
        reason: standing?.reason ?? "",
        until: standing?.until?.toISOString().slice(0, 10) ?? "",
      },
    },
    { status },
  );
}
