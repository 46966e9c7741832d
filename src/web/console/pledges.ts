import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { changeReaffirmHours, pledgeDesk, type PledgeDesk } from "../../domain/pledges/service.js";
import type { Outcome } from "../../domain/pledges/outcome.js";
import type { PledgeLine } from "../../domain/pledges/views.js";
import { stateTone } from "../../domain/signatures/signature.js";
import { mayDo } from "../../domain/team/permission.js";
import { countryName } from "../../platform/i18n.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** A letter's pledges: their conditions, what would be met now, the cohorts so far, and what the public is told. */
export function pledgeDeskRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/pledges", (req, res) => show(app, req, res, req.params.slug, emptyForm()));
  router.post("/letters/:slug/pledges", async (req, res) => {
    const { slug } = req.params;
    await withForm(
      req.body,
      async () => {
        await changeReaffirmHours(ctxOf(res), slug, asRecord(req.body));
        res.redirect(303, `/console/letters/${slug}/pledges`);
      },
      (form) => show(app, req, res, slug, form, 422),
    );
  });
  return router;
}

const OUTCOMES: Record<Outcome, string> = {
  activated: "signed",
  set_back: "said yes, stands again",
  lapsed: "silent, lapsed",
  left: "left before the end",
};

async function show(
  app: App,
  req: Request,
  res: Response,
  slug: string,
  form: FormState,
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  const desk = await pledgeDesk(ctx, slug);
  const met = new Set(desk.now.met);
  consolePage(
    app,
    req,
    res,
    "console/pledges",
    {
      title: "Pledges",
      base: `/console/letters/${desk.slug}`,
      pledges: desk.pledges.map((line) => pledgeRow(app, line, met.has(line.id))),
      now: { ...desk.now, met: desk.now.met.length },
      last: desk.last,
      nextLook: desk.nextLook,
      bands: bandRows(desk),
      bandsAt: desk.bandsAt,
      cohorts: desk.cohorts.map((cohort) => ({
        ...cohort,
        members: cohort.members.map((member) => ({
          ...member,
          words: member.outcome
            ? OUTCOMES[member.outcome]
            : member.reaffirmedAt
              ? "said yes"
              : "not heard from yet",
        })),
      })),
      mayWrite: mayDo(ctx.actor, "letters:write"),
      reaffirmHours: String(desk.reaffirmHours),
      ...form,
    },
    { status },
  );
}

const AMONG = { any: "others", ten_largest: "of the ten largest operators" };

function pledgeRow(app: App, line: PledgeLine, wouldBeMet: boolean) {
  const among =
    line.conditionClass === "sector"
      ? `others in ${app.messages.t("en", `sector.${line.sector}`)}`
      : line.conditionClass === "country"
        ? `others in ${countryName("en", line.country)}`
        : AMONG[line.conditionClass];
  return {
    ...line,
    condition: `${line.conditionCount} ${among}`,
    deadline: line.deadline ?? "",
    tone: stateTone(line.state),
    words: app.messages.t("en", `signatures.state.${line.state}`),
    wouldBeMet,
  };
}

function bandRows({ bands }: PledgeDesk) {
  return [
    { label: "Support in confidence", ...bands.confidential },
    { label: "Pledges that stand", ...bands.pledge },
  ].map(({ label, told, today }) => ({
    label,
    told: told ? `At least ${told.all}` : "Nothing, too few",
    today,
  }));
}
