import { z } from "zod";
import {
  createTemplateCommand,
  listTemplatesQuery,
  previewTemplateQuery,
  testSendCommand,
  updateTemplateCommand,
} from "../../domain/outreach/sequence-commands.js";
import {
  browseTemplates,
  createTemplate,
  showTemplate,
  updateTemplate,
} from "../../domain/outreach/template-service.js";
import { previewTemplate, type PreviewedMail } from "../../domain/outreach/step-preview-service.js";
import type { TemplateLine } from "../../domain/outreach/template-views.js";
import { sendTest } from "../../domain/outreach/test-send-service.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

/** Words of a mail in one language, as the API shows them. */
export const templateText = z.object({ language: z.string(), subject: z.string(), body: z.string() });

const template = z
  .object({
    id: z.uuid(),
    name: z.string(),
    letter: z.string().nullable(),
    version: z.int(),
    texts: z.array(templateText),
    used_by: z.int(),
    archived: z.boolean(),
    created_at: time(),
    changed_at: time(),
    row_version: z.int(),
  })
  .meta({ id: "Template", description: "Words of a mail in several languages, for sequences to share." });

const params = z.object({ id: z.uuid() });

/** A mail as a contact would get it, in the words it has today. */
export const mailPreview = z
  .object({
    contact_id: z.uuid(),
    language: z.string(),
    subject: z.string().nullable().describe("null while a value is missing"),
    body: z.string().nullable().describe("Markdown; a stand-in takes the place of the personal link"),
    missing: z.array(z.string()).describe("names without a value for this contact: the mail would wait"),
  })
  .meta({ id: "MailPreview" });

/** A previewed mail as the API shows it. */
export function showPreview({ recipient, language, mail }: PreviewedMail): z.input<typeof mailPreview> {
  const isMissing = "missing" in mail;
  return {
    contact_id: recipient.contactId,
    language,
    subject: isMissing ? null : mail.subject,
    body: isMissing ? null : mail.body,
    missing: isMissing ? mail.missing : [],
  };
}

function show(line: TemplateLine): z.input<typeof template> {
  return {
    id: line.id,
    name: line.name,
    letter: line.letter,
    version: line.version,
    texts: line.texts,
    used_by: line.usedBy,
    archived: line.archived,
    created_at: line.createdAt,
    changed_at: line.changedAt,
    row_version: line.rowVersion,
  };
}

/** The library of templates. */
export const templateApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/templates",
    tag: "templates",
    summary: "Templates of the library, newest first",
    description: "With a letter: those for it and those for every letter.",
    permission: "messages:read",
    query: listTemplatesQuery,
    answer: listOf(template),
    handler: async (ctx, { query }) => {
      const { items, next } = await browseTemplates(ctx, query);
      return { items: items.map(show), next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/templates",
    tag: "templates",
    summary: "Add a template",
    description:
      "Names in double braces are checked at once. Dates and numbers are written as the language does.",
    permission: "templates:write",
    body: createTemplateCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => createTemplate(ctx, given),
  }),
  apiRoute({
    method: "get",
    path: "/templates/{id}",
    tag: "templates",
    summary: "A template with its newest words",
    permission: "messages:read",
    params,
    answer: template,
    handler: async (ctx, input) => show(await showTemplate(ctx, input.params.id)),
  }),
  apiRoute({
    method: "get",
    path: "/templates/{id}/preview",
    tag: "templates",
    summary: "How a template reads for a contact",
    description: "As a mail about a letter. Nothing is made or sent.",
    permission: "messages:read",
    params,
    query: previewTemplateQuery,
    answer: mailPreview,
    handler: async (ctx, { params: { id: templateId }, query }) =>
      showPreview(
        await previewTemplate(ctx, templateId, {
          letterSlug: query.letter,
          contactId: query.contact_id,
          language: query.language,
        }),
      ),
  }),
  apiRoute({
    method: "patch",
    path: "/templates/{id}",
    tag: "templates",
    summary: "Change or archive a template",
    description:
      "New words make a new version, also of each sequence that uses them; who is enrolled keeps the old words. " +
      "409 on a stale row_version.",
    permission: "templates:write",
    params,
    body: updateTemplateCommand,
    handler: (ctx, input) => updateTemplate(ctx, input.params.id, input.given),
  }),
  apiRoute({
    method: "post",
    path: "/test-sends",
    tag: "templates",
    summary: "Mail a template or a step to oneself",
    description:
      "With the data of a real contact. Goes to the address of the person who asks; a token has none: 403.",
    permission: "templates:write",
    body: testSendCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => sendTest(ctx, given),
  }),
];
