import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { deliverLetter } from "../../domain/delivery/service.js";
import { deliveryOf, leftOutOf } from "../../domain/delivery/views.js";
import { showLetter } from "../../domain/letters/service.js";
import { entriesInReview } from "../../domain/letters/views.js";
import { requirePermission } from "../../domain/team/service.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** Handing a letter over: when, to whom, by whom; the files are made and kept as the button is pressed. */
export function deliveryDeskRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/delivery", async (req, res) => show(app, req, res, undefined));
  router.post("/letters/:slug/delivery", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const given = asRecord(req.body);
        const command = { ...given, left_out: leftOutOfForm(given) };
        await deliverLetter(ctxOf(res), app.messages, slugOf(req), command as never);
        res.redirect(303, `/console/letters/${slugOf(req)}/delivery`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  return router;
}

/** A reason in the field of an entry says that the letter is delivered without it. */
function leftOutOfForm(form: Record<string, unknown>): { id: string; reason: string }[] {
  return Object.entries(form).flatMap(([name, value]) => {
    const reason = typeof value === "string" ? value.trim() : "";
    return name.startsWith(FIELD) && reason !== "" ? [{ id: name.slice(FIELD.length), reason }] : [];
  });
}

const FIELD = "without_";

function slugOf(req: Request): string {
  return String(req.params["slug"]);
}

async function show(
  app: App,
  req: Request,
  res: Response,
  form: FormState | undefined,
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "letters:read");
  const { letter, line } = await showLetter(ctx, slugOf(req));
  const delivery = await deliveryOf(ctx, letter.id);
  const given = form ?? emptyForm({ addressee: line.addressee, delivered_by: line.sponsorName });
  consolePage(
    app,
    req,
    res,
    "console/letter-delivery",
    {
      title: "Delivery",
      base: `/console/letters/${letter.slug}`,
      publicHref: `/letters/${letter.slug}/delivery`,
      letterTitle: line.title,
      language: line.language,
      rowVersion: letter.row_version,
      waiting: (await entriesInReview(ctx, letter.id)).map(({ id, organisation, state }) => ({
        name: `${FIELD}${id}`,
        organisation,
        state: app.messages.t("en", `signatures.state.${state}`),
        value: given.values[`${FIELD}${id}`] ?? "",
        href: `/console/review/${id}`,
      })),
      leftOut: await leftOutOf(ctx, letter.id),
      delivery: delivery ? [delivery] : [],
      ...given,
    },
    { status },
  );
}
