import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { listMailedLetters } from "../../domain/outreach/letter-views.js";
import { showSequence } from "../../domain/outreach/sequence-service.js";
import { saveStep } from "../../domain/outreach/step-writing-service.js";
import { browseTemplates } from "../../domain/outreach/template-service.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { textErrors, textFields, typedLanguages, typedTexts, type TypedText } from "./mail-writing.js";

/** Writing the steps of a sequence: their words in each language, their distance, who looks at them. */
export function sequenceStepRoutes(app: App): Router {
  const router = Router();
  router.get("/sequences/:id/step", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    const { key } = req.query;
    await showStep(app, req, res, typeof key === "string" ? key : "");
  });
  router.post("/sequences/:id/step", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    const key = fieldText(req.body, "key");
    if (fieldText(req.body, "act") === "language") {
      return showStep(app, req, res, key, { values: req.body as Record<string, unknown>, errors: {} });
    }
    await withForm(
      req.body,
      async () => {
        await saveStep(ctxOf(res), idOf(req), typedStep(req.body));
        res.redirect(303, `/console/sequences/${idOf(req)}`);
      },
      (form) => showStep(app, req, res, key, { ...form, errors: textErrors(req.body, form.errors) }, 422),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

function typedStep(body: unknown): Parameters<typeof saveStep>[2] {
  const own = fieldText(body, "template_id") === "";
  return {
    key: fieldText(body, "key"),
    delay_days: fieldText(body, "delay_days"),
    approval: fieldText(body, "approval") as "automatic",
    row_version: fieldText(body, "row_version"),
    ...(own
      ? { texts: typedTexts(body), library_name: fieldText(body, "library_name") }
      : { template_id: fieldText(body, "template_id") }),
  };
}

async function showStep(
  app: App,
  req: Request,
  res: Response,
  key: string,
  form: FormState = emptyForm(),
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  const sequence = await showSequence(ctx, idOf(req));
  const step = sequence.course.find((each) => each.step_key === key);
  if (key !== "" && (!isUuid(key) || !step)) throw notFound("sequence.unknown_step");
  const letter = (await listMailedLetters(ctx)).find((each) => each.slug === sequence.letter);
  const { items } = await browseTemplates(ctx, { letter: sequence.letter, limit: 200 });
  const isBack = Object.keys(form.values).length > 0;
  const languages = typedLanguages(form.values);
  const texts: readonly TypedText[] = isBack ? typedTexts(form.values) : (step?.texts ?? []);
  const first = texts.length > 0 || languages.length > 0 ? [] : [letter?.defaultLanguage ?? "en"];
  const position = step ? sequence.course.indexOf(step) + 1 : sequence.course.length + 1;
  consolePage(
    app,
    req,
    res,
    "console/sequence-step",
    {
      title: step ? `Mail ${position}` : "Add a mail",
      ...form,
      base: `/console/sequences/${sequence.id}`,
      sequence,
      position,
      isNew: !step,
      delayHint:
        position > 1 ? "After the mail before it went out; 0 is at once." : "After enrolment; 0 is at once.",
      subjectHint:
        position > 1 ? "A follow-up is a reply in the same thread and shows the first mail’s subject." : "",
      live: sequence.pending + sequence.active + sequence.paused,
      key,
      given: {
        delay: String(step?.delay_days ?? (position === 1 ? 0 : 5)),
        approval: step?.approval ?? "automatic",
        template: step?.library ? step.templateId : "",
      },
      approvals: [
        { value: "automatic", label: "Goes by itself", hint: "Every stop is asked once more as it goes." },
        {
          value: "each",
          label: "Each mail is approved",
          hint: "It waits under Approvals until somebody has read it.",
        },
      ],
      templates: items.map((line) => ({ value: line.id, label: line.name })),
      ...textFields(app, { texts, languages: [...first, ...languages], more: letter?.languages ?? [] }),
    },
    { status },
  );
}
