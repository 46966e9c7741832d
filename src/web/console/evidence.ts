import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { officersOf } from "../../domain/signatures/officer-views.js";
import { looksLike } from "../../domain/signatures/look-alike-views.js";
import { settleDelegate } from "../../domain/signatures/attest-service.js";
import {
  checkIndependently,
  evidenceStanding,
  fileEvidence,
  openEvidenceFile,
  showEvidence,
} from "../../domain/signatures/evidence-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { evidenceUpload } from "../uploads.js";
import { consolePage } from "./layout.js";

/** What was checked about one signature, what is still asked for, and the checks that colleagues add. */
export function evidenceRoutes(app: App): Router {
  const router = Router();
  router.get("/review/:id/evidence", async (req, res) => show(app, req, res, emptyForm()));
  router.post("/review/:id/check", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await checkIndependently(ctxOf(res), idOf(req), asRecord(req.body));
        res.redirect(303, `/console/review/${idOf(req)}/evidence?done=checked`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  router.post("/review/:id/files", mayReview, evidenceUpload(), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const file = req.file ? { name: req.file.originalname, bytes: req.file.buffer } : undefined;
        await fileEvidence(ctxOf(res), idOf(req), asRecord(req.body), file);
        res.redirect(303, `/console/review/${idOf(req)}/evidence?done=filed`);
      },
      (form) => show(app, req, res, form, 422),
    );
  });
  router.get("/evidence/:id", async (req, res) => {
    const file = await openEvidenceFile(ctxOf(res), idOf(req));
    res
      .attachment(file.name)
      .type("application/octet-stream")
      .set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'none'; frame-ancestors 'none'; sandbox",
      )
      .send(file.bytes);
  });
  router.post("/officers/:id", async (req, res) => {
    await settleDelegate(ctxOf(res), idOf(req), { approve: fieldText(req.body, "decision") === "approve" });
    res.redirect(303, "/console/tasks?done=officer");
  });
  return router;
}

/** Asked before an upload is read, so that nobody else can send us megabytes. */
function mayReview(_req: Request, res: Response, next: () => void): void {
  requirePermission(ctxOf(res), "signatures:review");
  next();
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

const DONE: Record<string, string> = {
  checked: "Your check is recorded.",
  filed: "The file is kept. Another colleague files the other half.",
};

const KINDS: Record<string, string> = {
  address_confirmed: "Address confirmed by pressing the button behind a mailed link",
  own_domain: "The address is at a confirmed domain of the organisation",
  attested: "Somebody at the signatory’s address says that they may bind the organisation",
  officer_attested: "The officer attested personally, at a confirmed domain",
  staff_check: "Checked by a colleague",
  qualified_file: "Qualified electronic signature filed",
  validator_report: "Validator’s report filed",
};

const OFFICER_WORDS: Record<string, string> = {
  asked: "Asked, no answer yet",
  waits_for_staff: "Waits for us: not at a confirmed domain",
  attested: "Attested",
  delegated: "Handed the question on",
  refused: "Said no",
  turned_down: "Turned down by us",
};

const OFFICER_TONES: Record<string, string> = {
  asked: "wait",
  waits_for_staff: "info",
  attested: "ok",
  refused: "bad",
};

async function show(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const ctx = ctxOf(res);
  const { signature, rows } = await showEvidence(ctx, idOf(req));
  const { met, missing } = await evidenceStanding(ctx, signature);
  const officers = await officersOf(ctx, signature.id);
  const alike = (await looksLike(ctx, [signature])).get(signature.id) ?? [];
  const done = req.query["done"];
  const words = (check: string) => app.messages.t("en", `signatures.check_done.${check}`);
  consolePage(
    app,
    req,
    res,
    "console/evidence",
    {
      title: `What was checked: ${signature.display_name}`,
      name: signature.display_name,
      address: `/console/review/${signature.id}`,
      notice: typeof done === "string" && Object.hasOwn(DONE, done) ? DONE[done] : "",
      met: met.map(words),
      missing: missing.map((check) => app.messages.t("en", `errors.signatures.lacks.${check}`)),
      alike,
      submitter: [signature.submitter_name, signature.submitter_email].filter(Boolean).join(", "),
      meaning: signature.meaning_version ?? "",
      items: rows.map((row) => ({
        at: row.at,
        title: KINDS[row.kind] ?? row.kind,
        text: [row.detail["how"], row.detail["domain"], row.detail["validator"]]
          .filter((each) => typeof each === "string")
          .join(", "),
        sub: row.staff_name ?? (row.source === "company" ? "By their own link" : "By itself"),
        ...(row.file_id
          ? { href: `/console/evidence/${row.file_id}`, hrefLabel: row.file_name ?? "file" }
          : {}),
      })),
      officers: officers.map((officer) => ({
        id: officer.id,
        who: officer.name === null ? "Erased" : `${officer.name}, ${officer.title ?? ""}`,
        email: officer.email ?? "",
        tone: OFFICER_TONES[officer.state] ?? "off",
        words: OFFICER_WORDS[officer.state] ?? officer.state,
        waits: officer.state === "waits_for_staff",
      })),
      mayReview: mayDo(ctx.actor, "signatures:review"),
      kinds: [
        { value: "qualified_file", label: "The signed file (PDF or ASiC)" },
        { value: "validator_report", label: "The validator’s report (PDF, XML or text)" },
      ],
      ...form,
    },
    { status },
  );
}
