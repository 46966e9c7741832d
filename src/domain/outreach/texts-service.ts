/** Keeping the words of templates: a version is added when they change, and none is ever rewritten. */
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { answeringStaffId } from "../team/service.js";
import {
  insertTemplate,
  insertTemplateVersion,
  latestTemplateVersions,
  type TemplateText,
} from "./template-store.js";

/** Adds a template that belongs to one step, and returns its version. */
export async function newPrivateTemplate(
  ctx: Ctx,
  template: { letterId: string; texts: readonly TemplateText[] },
): Promise<string> {
  const id = newId(ctx.clock);
  await insertTemplate(ctx.db, {
    id,
    name: template.texts[0]?.subject ?? "",
    library: false,
    letter_id: template.letterId,
    created_by: answeringStaffId(ctx),
    created_at: ctx.clock.now(),
  });
  return keepTexts(ctx, id, template.texts);
}

/** The version of a template that says this: the newest one, or a new one where that says something else. */
export async function keepTexts(
  ctx: Ctx,
  templateId: string,
  texts: readonly TemplateText[],
): Promise<string> {
  const sorted = [...texts].sort((a, b) => (a.language < b.language ? -1 : 1));
  const latest = (await latestTemplateVersions(ctx.db, [templateId])).get(templateId);
  if (latest && isSame(latest.texts, sorted)) return latest.id;
  const id = newId(ctx.clock);
  await insertTemplateVersion(ctx.db, {
    id,
    templateId,
    number: (latest?.number ?? 0) + 1,
    texts: sorted,
    createdBy: answeringStaffId(ctx),
    createdAt: ctx.clock.now(),
  });
  return id;
}

function isSame(kept: readonly TemplateText[], given: readonly TemplateText[]): boolean {
  if (kept.length !== given.length) return false;
  return given.every((text) =>
    kept.some(
      (other) =>
        other.language === text.language && other.subject === text.subject && other.body === text.body,
    ),
  );
}
