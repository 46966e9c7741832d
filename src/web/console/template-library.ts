import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { listMailedLetters } from "../../domain/outreach/letter-views.js";
import {
  listArchivedTemplates,
  listTemplateUses,
  listTemplateVersions,
} from "../../domain/outreach/template-history-views.js";
import {
  browseTemplates,
  createTemplate,
  showTemplate,
  updateTemplate,
} from "../../domain/outreach/template-service.js";
import type { TemplateLine } from "../../domain/outreach/template-views.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse, pageQuery } from "../../platform/schema.js";
import { emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { sequenceState } from "./mail-words.js";
import { languageLabel, textErrors, textFields, typedLanguages, typedTexts } from "./mail-writing.js";

/** The library of templates: the list, one with its versions and where it is used, and the form for its words. */
export function templateRoutes(app: App): Router {
  const router = Router();
  router.param("id", (_req, _res, next, id: string) =>
    isUuid(id) ? next() : next(notFound("template.unknown")),
  );
  router.get("/templates", (req, res) => showList(app, req, res));
  router.get("/templates/new", async (req, res) => {
    requirePermission(ctxOf(res), "templates:write");
    await showForm(app, req, res);
  });
  router.post("/templates", async (req, res) => {
    requirePermission(ctxOf(res), "templates:write");
    await saved(app, req, res, async (given) => {
      const letter = fieldText(req.body, "letter");
      const { id } = await createTemplate(ctxOf(res), { ...given, letter });
      return id;
    });
  });
  router.get("/templates/:id", (req, res) => showOne(app, req, res));
  router.get("/templates/:id/edit", async (req, res) => {
    requirePermission(ctxOf(res), "templates:write");
    await showForm(app, req, res, await showTemplate(ctxOf(res), idOf(req)));
  });
  router.post("/templates/:id/edit", async (req, res) => {
    requirePermission(ctxOf(res), "templates:write");
    await saved(app, req, res, async (given) => {
      const version = fieldText(req.body, "row_version");
      await updateTemplate(ctxOf(res), idOf(req), { ...given, row_version: version });
      return idOf(req);
    });
  });
  router.post("/templates/:id/archive", async (req, res) => {
    await updateTemplate(ctxOf(res), idOf(req), { archived: fieldText(req.body, "to") !== "back" });
    res.redirect(303, `/console/templates/${idOf(req)}`);
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

/** Saves what was typed, or shows the form again: with a further language, or with what is wrong. */
async function saved(
  app: App,
  req: Request,
  res: Response,
  save: (given: { name: string; texts: ReturnType<typeof typedTexts> }) => Promise<string>,
): Promise<void> {
  const id = req.params["id"];
  const known = typeof id === "string" ? await showTemplate(ctxOf(res), id) : undefined;
  if (fieldText(req.body, "act") === "language") {
    return showForm(app, req, res, known, { values: req.body as Record<string, unknown>, errors: {} });
  }
  await withForm(
    req.body,
    async () => {
      const name = fieldText(req.body, "name");
      res.redirect(303, `/console/templates/${await save({ name, texts: typedTexts(req.body) })}`);
    },
    (form) => showForm(app, req, res, known, { ...form, errors: textErrors(req.body, form.errors) }, 422),
  );
}

async function showList(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const { items, next } = await browseTemplates(ctx, parse(pageQuery, { limit: "50", ...req.query }));
  consolePage(app, req, res, "console/templates", {
    title: "Templates",
    mayWrite: mayDo(ctx.actor, "templates:write"),
    templates: items.map((line) => ({ ...line, languages: languagesOf(line) })),
    archived: await listArchivedTemplates(ctx),
    older: next ? `/console/templates?cursor=${encodeURIComponent(next)}` : "",
  });
}

function languagesOf({ texts }: Pick<TemplateLine, "texts">): string {
  return texts.map((text) => languageLabel(text.language)).join(", ");
}

async function showOne(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const template = await showTemplate(ctx, idOf(req));
  const uses = await listTemplateUses(ctx, template.id);
  const versions = await listTemplateVersions(ctx, template.id);
  consolePage(app, req, res, "console/template", {
    title: template.name,
    template,
    base: `/console/templates/${template.id}`,
    mayWrite: mayDo(ctx.actor, "templates:write"),
    mayLook: (await listMailedLetters(ctx)).length > 0,
    texts: template.texts.map((text) => ({ ...text, label: languageLabel(text.language) })),
    uses: uses.map((use) => ({ ...use, shown: sequenceState(use.state, false) })),
    versions: versions.map((version) => ({ ...version, languages: languagesOf(version) })),
  });
}

async function showForm(
  app: App,
  req: Request,
  res: Response,
  known?: TemplateLine,
  form: FormState = emptyForm(),
  status = 200,
): Promise<void> {
  const letters = await listMailedLetters(ctxOf(res));
  const isBack = Object.keys(form.values).length > 0;
  const texts = isBack ? typedTexts(form.values) : (known?.texts ?? []);
  const languages = isBack ? typedLanguages(form.values) : [];
  const first = texts.length > 0 || languages.length > 0 ? [] : ["en"];
  const base = known ? `/console/templates/${known.id}` : "/console/templates";
  consolePage(
    app,
    req,
    res,
    "console/template-form",
    {
      title: known ? `Change ${known.name}` : "New template",
      ...form,
      action: known ? `${base}/edit` : base,
      back: base,
      isNew: !known,
      given: { name: known?.name ?? "", rowVersion: known?.rowVersion ?? "", usedBy: known?.usedBy ?? 0 },
      letters: letters.map((letter) => ({ value: letter.slug, label: letter.title })),
      ...textFields(app, {
        texts,
        languages: [...first, ...languages],
        more: letters.flatMap((letter) => letter.languages),
      }),
    },
    { status },
  );
}
