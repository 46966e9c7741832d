/** The library of templates: words that several sequences can share. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { answeringStaffId, requirePermission } from "../team/service.js";
import { findMailedLetter } from "./letter-views.js";
import { createTemplateCommand, listTemplatesQuery, updateTemplateCommand } from "./sequence-commands.js";
import { insertTemplate, lockTemplate, setTemplate } from "./template-store.js";
import { listTemplates, templateLine, type TemplateLine } from "./template-views.js";
import { keepTexts } from "./texts-service.js";
import { followTemplate } from "./version-service.js";

/** Adds a template to the library. Throws invalid for words that name what a mail can't name. */
export async function createTemplate(
  ctx: Ctx,
  input: z.input<typeof createTemplateCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "templates:write");
  const command = parse(createTemplateCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = command.letter ? await findMailedLetter(tx, { slug: command.letter }) : undefined;
    if (command.letter && !letter) throw invalid("template.letter", { letter: "errors.mailing.letter" });
    const id = newId(tx.clock);
    await insertTemplate(tx.db, {
      id,
      name: command.name,
      library: true,
      letter_id: letter?.id ?? null,
      created_by: answeringStaffId(tx),
      created_at: tx.clock.now(),
    });
    await keepTexts(tx, id, command.texts);
    await record(tx, { action: "template.created", letterId: letter?.id, subjectId: id });
    return { id };
  });
}

/**
 * Changes a template. New words make a new version, and a new version of every sequence that uses it; those who are
 * enrolled keep theirs. Throws not_found, and conflict on a stale row_version.
 */
export async function updateTemplate(
  ctx: Ctx,
  id: string,
  input: z.input<typeof updateTemplateCommand>,
): Promise<void> {
  requirePermission(ctx, "templates:write");
  const command = parse(updateTemplateCommand, input);
  await transaction(ctx, async (tx) => {
    const kept = isUuid(id) ? await lockTemplate(tx.db, id) : undefined;
    if (!kept?.library) throw notFound("template.unknown");
    if (command.row_version && command.row_version !== kept.row_version) throw conflict("template.changed");
    const before = await templateLine(tx, id);
    const archivedAt = kept.archived_at ?? tx.clock.now();
    await setTemplate(tx.db, id, {
      ...(command.name ? { name: command.name } : {}),
      ...(command.archived === undefined ? {} : { archived_at: command.archived ? archivedAt : null }),
    });
    if (!command.texts) return;
    const versionId = await keepTexts(tx, id, command.texts);
    const after = await templateLine(tx, id);
    if (after?.version === before?.version) return;
    const sequences = await followTemplate(tx, id, versionId);
    const detail = { version: after?.version, sequences };
    await record(tx, { action: "template.changed", letterId: kept.letter_id, subjectId: id, detail });
  });
}

/** A template of the library. Throws not_found. */
export async function showTemplate(ctx: Ctx, id: string): Promise<TemplateLine> {
  requirePermission(ctx, "messages:read");
  const line = isUuid(id) ? await templateLine(ctx, id) : undefined;
  if (!line) throw notFound("template.unknown");
  return line;
}

/** The library, newest first, a page at a time. */
export async function browseTemplates(
  ctx: Ctx,
  query: z.input<typeof listTemplatesQuery>,
): Promise<Page<TemplateLine>> {
  requirePermission(ctx, "messages:read");
  return listTemplates(ctx, parse(listTemplatesQuery, query));
}
