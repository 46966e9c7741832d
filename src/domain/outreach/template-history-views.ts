/** What the page of a template tells beside its newest words. */
import type { Ctx } from "../../platform/context.js";
import { textsOf, type TemplateText } from "./template-store.js";

/** A version of a template as its page lists it. */
export interface TemplateVersionLine {
  number: number;
  texts: TemplateText[];
  createdBy: string | null;
  createdAt: Date;
}

/** The versions of a template, newest first. The caller checks who may see them. */
export async function listTemplateVersions(ctx: Ctx, templateId: string): Promise<TemplateVersionLine[]> {
  return (await ctx
    .db("template_versions as v")
    .leftJoin("staff as f", "f.id", "v.created_by")
    .where("v.template_id", templateId)
    .orderBy("v.number", "desc")
    .limit(100)
    .select(
      "v.number",
      "f.name as createdBy",
      "v.created_at as createdAt",
      ctx.db.raw(`${textsOf("v.id")} as texts`),
    )) as TemplateVersionLine[];
}

/** A sequence whose newest version uses a template. */
export interface TemplateUse {
  id: string;
  name: string;
  state: "draft" | "active" | "stopped";
  /** Which step, from 1. */
  position: number;
}

/** Where a template is used. The caller checks who may see it. */
export async function listTemplateUses(ctx: Ctx, templateId: string): Promise<TemplateUse[]> {
  return (await ctx
    .db("sequences as q")
    .join("steps as p", "p.sequence_id", "q.id")
    .join("template_versions as v", "v.id", "p.template_version_id")
    .where("v.template_id", templateId)
    .where("q.kind", "sequence")
    .whereRaw("p.version = (select max(x.number) from sequence_versions x where x.sequence_id = q.id)")
    .orderByRaw("lower(q.name), q.id, p.position")
    .limit(100)
    .select("q.id", "q.name", "q.state", "p.position")) as TemplateUse[];
}

/** Templates that were put away, by name. The caller checks who may see them. */
export async function listArchivedTemplates(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  return ctx
    .db("templates")
    .where({ library: true })
    .whereNotNull("archived_at")
    .orderByRaw("lower(name), id")
    .limit(200)
    .select("id", "name");
}
