import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { checkBasis } from "../../domain/privacy/basis-service.js";
import { eraseContact, previewErasure } from "../../domain/privacy/erasure-service.js";
import { showContact } from "../../domain/organisations/browse-service.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage, onlyFor } from "./layout.js";

/** Looking again whether we may write to a contact, and erasing one. */
export function contactPrivacyRoutes(app: App): Router {
  const router = Router();
  router.post("/contacts/:id/basis", onlyFor("organisations:write"), async (req, res) => {
    const outcome = fieldText(req.body, "outcome") as "holds" | "ended";
    const { organisation_id: organisation } = await showContact(ctxOf(res), idOf(req));
    await checkBasis(ctxOf(res), idOf(req), { outcome, note: fieldText(req.body, "basis_note") });
    res.redirect(303, `/console/organisations/${organisation}?done=basis_${outcome}`);
  });
  router.get("/contacts/:id/erase", onlyFor("privacy:manage"), (req, res) =>
    showErase(app, req, res, emptyForm()),
  );
  router.post("/contacts/:id/erase", onlyFor("privacy:manage"), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const { organisationId } = await previewErasure(ctxOf(res), idOf(req));
        await eraseContact(ctxOf(res), idOf(req), asRecord(req.body) as never);
        res.redirect(303, `/console/organisations/${organisationId}?done=erased`);
      },
      (form) => showErase(app, req, res, form, 422),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function showErase(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const person = await previewErasure(ctxOf(res), idOf(req));
  const view = { title: `Erase ${person.name ?? person.email ?? "a contact"}`, person };
  consolePage(app, req, res, "console/contact-erase", { ...view, ...form }, { status });
}
