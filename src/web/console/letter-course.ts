import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { mayRecordAnswer } from "../../domain/letters/course.js";
import {
  addLetterDate,
  changeLetterDate,
  recordAnswer,
  setMilestones,
  showCourse,
} from "../../domain/letters/course-service.js";
import { showLetter } from "../../domain/letters/service.js";
import { mayDo } from "../../domain/team/permission.js";
import { languageName } from "../../platform/i18n.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { courseWords } from "../public/course.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";

/** What became of a letter: the addressee's answer, milestones, days to come, and every step with who took it. */
export function letterCourseRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/course", (req, res) => show(app, req, res, emptyForm()));
  const act = (path: string, work: (req: Request, res: Response) => Promise<string>) =>
    router.post(path, async (req, res) => {
      await withForm(
        req.body,
        async () => res.redirect(303, await work(req, res)),
        (form) => show(app, req, res, form, 422),
      );
    });
  act("/letters/:slug/answers", async (req, res) => {
    await recordAnswer(ctxOf(res), slugOf(req), asRecord(req.body) as never);
    return course(req);
  });
  act("/letters/:slug/milestones", async (req, res) => {
    await setMilestones(ctxOf(res), slugOf(req), asRecord(req.body) as never);
    return course(req);
  });
  act("/letters/:slug/dates", async (req, res) => {
    await addLetterDate(ctxOf(res), slugOf(req), asRecord(req.body) as never);
    return course(req);
  });
  act("/letters/:slug/dates/:id", async (req, res) => {
    await changeLetterDate(ctxOf(res), slugOf(req), String(req.params["id"]), asRecord(req.body));
    return course(req);
  });
  return router;
}

function course(req: Request): string {
  return `/console/letters/${slugOf(req)}/course`;
}

function slugOf(req: Request): string {
  return String(req.params["slug"]);
}

async function show(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const ctx = ctxOf(res);
  const file = await showCourse(ctx, slugOf(req));
  const { letter, course, answers, steps, targets, dates, leftOut } = file;
  const { line } = await showLetter(ctx, letter.slug);
  const reached = course.events.filter(({ kind }) => kind === "reached" || kind === "unreached");
  const view = {
    title: "What became of it",
    base: `/console/letters/${letter.slug}`,
    letterTitle: line.title,
    language: letter.default_language,
    signed: line.signed,
    mayWrite: mayDo(ctx.actor, "letters:write"),
    mayAnswer: mayDo(ctx.actor, "letters:publish") && mayRecordAnswer(line.state),
    answers: answers.map((one) => ({ ...one, languageName: languageName(one.language) })),
    replaceable: answers
      .filter(({ replacedBy }) => replacedBy === null)
      .map((one) => ({ value: one.id, label: `${one.answeredOn}: ${one.summary.slice(0, 60)}` })),
    targets: targets.join(", "),
    reached: reached.map((event) => ({ at: event.at, title: courseWords(app, "en", event) })),
    dates,
    leftOut,
    steps: steps.map((step) => ({
      at: step.at,
      title: app.messages.t("en", `letter.state.${step.to}`),
      text: step.reason,
      sub: step.by ?? (step.actorKind === "system" ? "the worker, by the clock" : "a script"),
    })),
    ...form,
  };
  consolePage(app, req, res, "console/letter-course", view, { status });
}
