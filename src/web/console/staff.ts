import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import type { Role } from "../../domain/team/permission.js";
import { addStaff, changeStaff, makeColleagueLink } from "../../domain/team/service.js";
import { colleague, colleagues, letterSlugs, type Colleague } from "../../domain/team/views.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { REACH_OPTIONS, ROLE_OPTIONS, ROLE_WORDS, roleName } from "./words.js";

/** Who works here: add a colleague, change a role, let somebody go, hand over a sign-in link. */
export function staffRoutes(app: App): Router {
  const router = Router();

  router.get("/staff", (req, res) => showStaff(app, req, res, emptyForm({ role: "viewer", reach: "all" })));
  router.post("/staff", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const name = fieldText(req.body, "name");
        const input = {
          email: fieldText(req.body, "email"),
          role: fieldText(req.body, "role") as Role,
          ...(name ? { name } : {}),
          ...reachOfForm(req.body),
        };
        const { signInAddress } = await addStaff(ctxOf(res), input);
        showLink(app, req, res, input.email, signInAddress);
      },
      (form) => showStaff(app, req, res, form, 422),
    );
  });

  router.get("/staff/:id", (req, res) => showColleague(app, req, res, emptyForm()));
  router.post("/staff/:id", async (req, res) => {
    const { role, active, row_version: rowVersion } = asRecord(req.body);
    await withForm(
      req.body,
      async () => {
        await changeStaff(ctxOf(res), req.params.id, {
          row_version: rowVersion,
          ...(role === undefined ? {} : { role: role as Role }),
          ...(active === undefined ? {} : { active: active === "yes" }),
          ...reachOfForm(req.body),
        });
        res.redirect(303, `/console/staff/${encodeURIComponent(req.params.id)}?changed=1`);
      },
      (form) => showColleague(app, req, res, form, 422),
    );
  });
  router.post("/staff/:id/link", async (req, res) => {
    const { signInAddress, email } = await makeColleagueLink(ctxOf(res), req.params.id);
    showLink(app, req, res, email, signInAddress);
  });
  return router;
}

async function showStaff(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const staff = (await colleagues(ctxOf(res))).map(shown);
  consolePage(
    app,
    req,
    res,
    "console/staff",
    { title: "Staff", staffList: staff, roles: ROLE_OPTIONS, ...(await reachChoices(res)), ...form },
    { status },
  );
}

async function showColleague(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const person = await colleague(ctxOf(res), String(req.params["id"]));
  const notice = req.query["changed"] === "1" ? "Changed. They have been signed out everywhere." : "";
  const view = {
    title: person.name,
    person: shown(person),
    roles: ROLE_OPTIONS,
    reach: person.letters ? "listed" : "all",
    notice,
    ...(await reachChoices(res)),
    ...form,
  };
  consolePage(app, req, res, "console/colleague", view, { status });
}

/** Shown in the answer to the POST itself: the link is kept nowhere, so there is no address to go to. */
function showLink(app: App, req: Request, res: Response, email: string, address: string): void {
  consolePage(app, req, res, "console/sign-in-link", { title: "Sign-in link", email, address });
}

/** What a form says about letters; nothing where it does not ask. */
function reachOfForm(body: unknown): { reach?: "all" | "listed"; letters?: unknown } {
  const { reach, letters } = asRecord(body);
  if (reach === undefined) return {};
  return { reach: reach as "all" | "listed", ...(letters === undefined ? {} : { letters }) };
}

async function reachChoices(res: Response): Promise<Record<string, unknown>> {
  const slugs = await letterSlugs(ctxOf(res));
  return {
    reaches: REACH_OPTIONS,
    letterChoices: slugs.map((slug) => ({ value: slug, label: slug })),
  };
}

function shown(person: Colleague): Record<string, unknown> {
  return {
    ...person,
    roleName: roleName(person.role),
    roleHint: person.role in ROLE_WORDS ? ROLE_WORDS[person.role as Role].hint : "",
  };
}
