import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import type { SequenceRules } from "../../domain/outreach/sequence.js";
import { showSequence, updateSequence } from "../../domain/outreach/sequence-service.js";
import { listMailboxNames } from "../../domain/outreach/mailbox-choice-views.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { WEEKDAYS } from "./sequence-words.js";

/** The rules of a sequence and its name, on one form. */
export function sequenceRuleRoutes(app: App): Router {
  const router = Router();
  router.get("/sequences/:id/rules", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    await showRules(app, req, res);
  });
  router.post("/sequences/:id/rules", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await updateSequence(ctxOf(res), idOf(req), {
          name: fieldText(req.body, "name"),
          row_version: fieldText(req.body, "row_version"),
          rules: typedRules(req.body),
        });
        res.redirect(303, `/console/sequences/${idOf(req)}`);
      },
      (form) => showRules(app, req, res, { ...form, errors: ruleErrors(form.errors) }, 422),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

/** The name of the mailbox that a sequence writes from. */
export async function mailboxName(ctx: Ctx, id: string | null): Promise<string> {
  if (!id) return "The usual one";
  const found = (await listMailboxNames(ctx)).find((mailbox) => mailbox.id === id);
  return found?.name ?? "One that is no longer in use";
}

type GivenRules = NonNullable<Parameters<typeof updateSequence>[2]["rules"]>;

function typedRules(body: unknown): GivenRules {
  const { days, organisation, colleague, holidays } = asRecord(body);
  const list = [days].flat().filter((day) => typeof day === "string");
  const hours = fieldText(body, "hours");
  return {
    window:
      hours === "own"
        ? {
            from: fieldText(body, "from"),
            to: fieldText(body, "to"),
            days: list.map(Number),
            holidays: holidays !== undefined,
          }
        : hours === "any"
          ? null
          : "country",
    one_contact_per_organisation: organisation !== undefined,
    colleague_ends: colleague !== undefined,
    mailbox_id: fieldText(body, "mailbox_id") || null,
  };
}

/** What is wrong with the hours, at the field that can mend it. */
function ruleErrors(errors: Record<string, string>): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [field, error] of Object.entries(errors)) {
    const isHours = field.startsWith("rules.window");
    const at = error.endsWith("window_days") ? "days" : error.endsWith("window_hours") ? "to" : "from";
    named[isHours ? at : field.replace(/^rules\./, "")] = error;
  }
  return named;
}

async function showRules(
  app: App,
  req: Request,
  res: Response,
  form: FormState = emptyForm(),
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  const sequence = await showSequence(ctx, idOf(req));
  const mailboxes = await listMailboxNames(ctx);
  consolePage(
    app,
    req,
    res,
    "console/sequence-rules",
    {
      title: `Rules of ${sequence.name}`,
      ...form,
      sequence,
      base: `/console/sequences/${sequence.id}`,
      live: sequence.pending + sequence.active + sequence.paused,
      given: givenRules(sequence.rules),
      hours: [
        {
          value: "country",
          label: "Office hours of the contact",
          hint: "09:00 to 17:00 on the working days of the contact’s country, public holidays kept off.",
        },
        { value: "own", label: "Hours of my own", hint: "On the contact’s clock, by the fields below." },
        { value: "any", label: "At any time" },
      ],
      weekdays: WEEKDAYS,
      mailboxes: mailboxes.map(({ id, name }) => ({ value: id, label: name })),
    },
    { status },
  );
}

function givenRules(rules: SequenceRules) {
  const { window } = rules;
  const own = window === null || window === "country" ? undefined : window;
  return {
    hours: window === null ? "any" : own ? "own" : "country",
    from: own?.from ?? "09:00",
    to: own?.to ?? "17:00",
    days: (own?.days ?? [1, 2, 3, 4, 5]).map(String),
    holidays: own?.holidays ?? true,
    organisation: rules.oneContactPerOrganisation,
    colleague: rules.colleagueEnds,
    mailbox: rules.mailboxId ?? "",
  };
}
