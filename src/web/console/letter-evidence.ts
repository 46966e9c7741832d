import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { requireChecks, requirementsOf } from "../../domain/letters/requirement-service.js";
import { showLetter } from "../../domain/letters/service.js";
import { REQUIRABLE_CHECKS } from "../../domain/signatures/evidence.js";
import { mayDo } from "../../domain/team/permission.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

const WORDS: Record<(typeof REQUIRABLE_CHECKS)[number], { label: string; hint: string }> = {
  address_confirmed: { label: "Address confirmed", hint: "Every entry in review has it." },
  own_domain: {
    label: "Address at a domain of the organisation",
    hint: "One that a colleague or a list had confirmed before the entry came in.",
  },
  officer_attested: {
    label: "Officer attested personally",
    hint: "At such a domain, and from another address than that of whoever filled in the form.",
  },
  checked_independently: {
    label: "Checked independently",
    hint: "By two different colleagues, each with how they did it.",
  },
  qualified_signature: {
    label: "Qualified electronic signature on file",
    hint: "The file and its validator’s report, filed by two different colleagues.",
  },
};

/** The least evidence that a letter asks for before an entry goes onto its page. */
export function letterEvidenceRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/evidence", async (req, res) => show(app, req, res));
  router.post("/letters/:slug/evidence", async (req, res) => {
    const { slug } = req.params;
    await withForm(
      req.body,
      async () => {
        await requireChecks(ctxOf(res), slug, asRecord(req.body) as never);
        res.redirect(303, `/console/letters/${slug}`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  return router;
}

async function show(app: App, req: Request, res: Response, form?: FormState, status = 200): Promise<void> {
  const ctx = ctxOf(res);
  const { letter, line } = await showLetter(ctx, String(req.params["slug"]));
  const { requiredChecks, twoOfficers } = await requirementsOf(ctx, letter.id);
  const values = { required_checks: requiredChecks, two_officers: twoOfficers ? "on" : "" };
  consolePage(
    app,
    req,
    res,
    "console/letter-evidence",
    {
      title: `Least evidence: ${line.title}`,
      base: `/console/letters/${letter.slug}`,
      letterTitle: line.title,
      rowVersion: letter.row_version,
      options: REQUIRABLE_CHECKS.map((value) => ({ value, ...WORDS[value] })),
      mayWrite: mayDo(ctx.actor, "letters:publish"),
      ...(form ?? emptyForm(values)),
    },
    { status },
  );
}
