import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { ASKS, ASK_AGAIN, DECLINE_SOURCES, revisitDay } from "../../domain/declines/decline-reason.js";
import { declineReasons, recordDecline } from "../../domain/declines/service.js";
import { declinePlace, declinesOf } from "../../domain/declines/views.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const LANG = "en";
const GROUPS = ["position", "process", "collective", "fit", "other"] as const;

/** Recording a decline that came by another way than the link: heard on the phone, read in a mail, seen in the press. */
export function declineRoutes(app: App): Router {
  const router = Router();
  router.get("/organisations/:id/decline", async (req, res) => showForm(app, req, res, undefined));
  router.post("/organisations/:id/decline", async (req, res) => {
    const organisationId = idOf(req);
    await withForm(
      req.body,
      async () => {
        await recordDecline(ctxOf(res), { ...asRecord(req.body), organisation_id: organisationId });
        res.redirect(303, `/console/organisations/${organisationId}?done=declined`);
      },
      (form) => showForm(app, req, res, form),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function showForm(app: App, req: Request, res: Response, form: FormState | undefined): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "declines:write");
  const place = isUuid(idOf(req)) ? await declinePlace(ctx, idOf(req)) : undefined;
  if (!place) throw notFound("organisation.unknown");
  const say = (key: string) => app.messages.t(LANG, key);
  const choices = (values: readonly string[], key: string) =>
    values.map((value) => ({ value, label: say(`${key}.${value}`) }));
  const reasons = await declineReasons(ctx);
  const standing = (await declinesOf(ctx, place.organisation.id)).filter((each) => each.standing);
  consolePage(
    app,
    req,
    res,
    "console/decline",
    {
      title: `Record a decline: ${place.organisation.name}`,
      organisation: place.organisation,
      letters: place.letters.map(({ slug, title }) => ({ value: slug, label: title })),
      contacts: place.contacts.map(({ id, name }) => ({ value: id, label: name })),
      groups: GROUPS.map((group) => ({
        group,
        label: say(`declines.group.${group}`),
        reasons: reasons
          .filter((reason) => reason.group === group)
          .map(({ code, nextAsk, revisitMonths }) => ({
            code,
            label: say(`declines.reason.${code}`),
            definition: say(`declines.hint.${code}`),
            example: say(`declines.example.${code}`),
            counter: say(`declines.counter.${code}`),
            ask: nextAsk ? say(`declines.ask_name.${nextAsk}`) : "none",
            revisit: revisitDay(revisitMonths, ctx.clock.now()) ?? "never",
          })),
      })),
      more: choices(
        reasons.map(({ code }) => code).filter((code) => code !== "other"),
        "declines.reason",
      ),
      sources: choices(DECLINE_SOURCES, "declines.source"),
      asks: choices(ASKS, "declines.ask_name"),
      again: choices(ASK_AGAIN, "declines.again"),
      standing: standing.map((each) => ({
        letter: each.letterSlug,
        reason: say(`declines.reason.${each.reason_code}`),
        at: each.decided_at,
      })),
      ...(form ??
        emptyForm({ source: "oral", may_ask_again: "unknown", letter: place.letters[0]?.slug ?? "" })),
    },
    { status: form ? 422 : 200 },
  );
}
