import type { App } from "../../app.js";
import { nextTarget, type CourseEvent } from "../../domain/letters/course.js";
import { letterCourse } from "../../domain/letters/course-views.js";
import type { PublicLetter } from "../../domain/publication/service.js";
import type { Ctx } from "../../platform/context.js";
import { dir } from "../../platform/i18n.js";

/** What a letter's page shows of its course: the answers, the events, and the number aimed at next. */
export async function courseView(app: App, ctx: Ctx, lang: string, letter: PublicLetter, signed: number) {
  const { events, answers, targets } = await letterCourse(ctx, letter);
  const own = { lang: letter.default_language, dir: dir(letter.default_language) };
  return {
    answers: answers.map((answer) => ({ ...answer, dir: dir(answer.language) })),
    nextTarget: nextTarget(targets, signed, letter.state) ?? 0,
    course: events.map((event) => ({
      at: event.at,
      words: courseWords(app, lang, event),
      text: event.text ?? "",
      outcome: event.outcome ?? "",
      ...own,
    })),
  };
}

/** What happened, in a few words. */
export function courseWords(app: App, lang: string, { kind, number }: CourseEvent): string {
  return app.messages.t(lang, `course.event.${kind}`, { number: number ?? 0 });
}
