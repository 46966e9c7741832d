import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { mergeOrganisations, mergesInto, previewMerge, undoMerge } from "../../domain/merging/service.js";
import { browseOrganisations, showOrganisation } from "../../domain/organisations/browse-service.js";
import { figuresOf, recordFigure, withdrawFigure } from "../../domain/organisations/figure-service.js";
import { METRICS } from "../../domain/organisations/figure.js";
import { changeParent, organisationLife } from "../../domain/organisations/life-service.js";
import { addAlias, removeAlias, renameOrganisation } from "../../domain/organisations/name-service.js";
import { mayDo } from "../../domain/team/permission.js";
import type { Ctx } from "../../platform/context.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage, onlyFor } from "./layout.js";
import { DONE, METRIC_WORDS, movedLines } from "./organisation-life-words.js";

/** What an organisation was called, what it belongs to, its figures, and that it is the same as another. */
export function organisationLifeRoutes(app: App): Router {
  const router = Router();
  const writes = onlyFor("organisations:write");
  router.get("/organisations/:id/names", writes, (req, res) => showNames(app, req, res, emptyForm()));
  router.post("/organisations/:id/names", form(app, renameOrganisation, "names", showNames));
  router.post("/organisations/:id/aliases", form(app, addAlias, "names", showNames));
  router.post("/organisations/:id/aliases/remove", form(app, removeAlias, "names", showNames));
  router.get("/organisations/:id/parent", writes, (req, res) => showParent(app, req, res, emptyForm()));
  router.post("/organisations/:id/parent", form(app, changeParent, "parent", showParent));
  router.get("/organisations/:id/figures", (req, res) => showFigures(app, req, res, emptyForm()));
  router.post("/organisations/:id/figures", form(app, recordFigure, "figures", showFigures));
  router.post("/figures/:id/withdraw", async (req, res) => {
    const { organisationId } = await withdrawFigure(ctxOf(res), idOf(req));
    res.redirect(303, `/console/organisations/${organisationId}/figures?done=withdrawn`);
  });
  router.get("/organisations/:id/merge", writes, (req, res) => showMerge(app, req, res, emptyForm()));
  router.post("/organisations/:id/merge", form(app, mergeOrganisations, "merge", showMerge));
  router.post("/merges/:id/undo", async (req, res) => {
    const { keptId } = await undoMerge(ctxOf(res), idOf(req));
    res.redirect(303, `/console/organisations/${keptId}/merge?done=undone`);
  });
  return router;
}

type Show = (app: App, req: Request, res: Response, form: FormState, status?: number) => Promise<void>;

/** A form of one use case that leads back to its page, with what was typed where it was refused. */
function form(
  app: App,
  act: (ctx: Ctx, id: string, input: never) => Promise<unknown>,
  page: string,
  show: Show,
) {
  return (req: Request, res: Response): Promise<void> =>
    withForm(
      req.body,
      async () => {
        await act(ctxOf(res), idOf(req), asRecord(req.body) as never);
        res.redirect(303, `/console/organisations/${idOf(req)}/${page}?done=${page}`);
      },
      (refused) => show(app, req, res, refused, 422),
    );
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

function asked(req: Request, name: string): string {
  const value = req.query[name];
  return typeof value === "string" ? value.slice(0, 200) : "";
}

async function frame(req: Request, res: Response, here: string, title: string) {
  const organisation = await showOrganisation(ctxOf(res), idOf(req));
  const done = asked(req, "done");
  return {
    title: `${title}: ${organisation.name}`,
    organisation,
    base: `/console/organisations/${organisation.id}`,
    here,
    searchAt: `/console/organisations/${organisation.id}/${here}`,
    mayWrite: mayDo(ctxOf(res).actor, "organisations:write"),
    notice: Object.hasOwn(DONE, done) ? DONE[done] : "",
  };
}

const showNames: Show = async (app, req, res, state, status = 200) => {
  const view = await frame(req, res, "names", "Names");
  const { formerNames } = await organisationLife(ctxOf(res), view.organisation);
  const names = formerNames.map((each) => ({ ...each, alias: each.kind === "alias" }));
  consolePage(app, req, res, "console/organisation-names", { ...view, names, ...state }, { status });
};

const showParent: Show = async (app, req, res, state, status = 200) => {
  const ctx = ctxOf(res);
  const view = await frame(req, res, "parent", "Group");
  const { group } = await organisationLife(ctx, view.organisation);
  const parentId = view.organisation.parent_id ?? null;
  const parent = parentId === null ? undefined : await showOrganisation(ctx, parentId);
  consolePage(
    app,
    req,
    res,
    "console/organisation-parent",
    {
      ...view,
      parent,
      group: group.map((each) => ({ ...each, self: each.id === view.organisation.id })),
      ...(await searched(ctx, req, view.organisation.id)),
      ...state,
    },
    { status },
  );
};

const showFigures: Show = async (app, req, res, state, status = 200) => {
  const view = await frame(req, res, "figures", "Figures");
  const lines = await figuresOf(ctxOf(res), view.organisation.id);
  const figures = lines.map((each) => ({ ...each, what: METRIC_WORDS[each.metric] }));
  const metrics = METRICS.map((value) => ({ value, label: METRIC_WORDS[value] }));
  consolePage(
    app,
    req,
    res,
    "console/organisation-figures",
    { ...view, figures, metrics, ...state },
    { status },
  );
};

const showMerge: Show = async (app, req, res, state, status = 200) => {
  const ctx = ctxOf(res);
  const view = await frame(req, res, "merge", "Merge");
  const typed = state.values["organisation_id"];
  const other = typeof typed === "string" ? typed : asked(req, "other");
  const refused = Object.keys(state.errors).length > 0;
  const preview = other === "" || refused ? undefined : await previewMerge(ctx, view.organisation.id, other);
  consolePage(
    app,
    req,
    res,
    "console/organisation-merge",
    {
      ...view,
      preview,
      moves: preview ? movedLines(preview.counts) : [],
      ended: preview?.counts.signatures_ended ?? 0,
      merges: await mergesInto(ctx, view.organisation.id),
      ...(await searched(ctx, req, view.organisation.id)),
      ...state,
    },
    { status },
  );
};

/** The organisations that a search found, the page's own left out. */
async function searched(ctx: Ctx, req: Request, ownId: string) {
  const q = asked(req, "q").trim();
  if (q === "") return { q, found: [], searched: false };
  const { items } = await browseOrganisations(ctx, { q, limit: 20 });
  return { q, found: items.filter(({ id }) => id !== ownId), searched: true };
}

/** What the dossier says of an organisation's names, its parent and merges. */
export async function lifeView(ctx: Ctx, organisation: Awaited<ReturnType<typeof showOrganisation>>) {
  const { formerNames } = await organisationLife(ctx, organisation);
  const { parent_id: parentId, merged_into_id: mergedId } = organisation;
  return {
    names: formerNames,
    parent: parentId ? await showOrganisation(ctx, parentId) : undefined,
    mergedInto: mergedId ? await showOrganisation(ctx, mergedId) : undefined,
    merges: await mergesInto(ctx, organisation.id),
  };
}
