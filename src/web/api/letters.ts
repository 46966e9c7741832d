import { z } from "zod";
import type { App } from "../../app.js";
import { deliverLetter } from "../../domain/delivery/service.js";
import {
  addVersionCommand,
  changeLetterCommand,
  createLetterCommand,
  updateLetterCommand,
  writeTextCommand,
} from "../../domain/letters/commands.js";
import { LETTER_STATES } from "../../domain/letters/letter.js";
import {
  addVersion,
  browseLetters,
  createLetter,
  showLetter,
  updateLetter,
  writeText,
  type LetterFile,
} from "../../domain/letters/service.js";
import { changeLetterState } from "../../domain/letters/state-service.js";
import type { LetterLine, Version } from "../../domain/letters/views.js";
import { language, slug } from "../../platform/schema.js";
import { apiRoute, listOf, listQuery, time, type ApiRoute } from "./frame.js";

const letterLine = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    state: z.enum(LETTER_STATES),
    title: z.string(),
    addressee: z.string(),
    summary: z.string(),
    default_language: z.string(),
    languages: z.array(z.string()),
    version: z.int(),
    sponsor_name: z.string(),
    closes_at: time().nullable(),
    created_at: time(),
    signed: z.int(),
    in_review: z.int(),
    row_version: z.int(),
  })
  .meta({ id: "Letter" });

const letterFile = letterLine
  .extend({
    body_md: z.string(),
    content_hash: z.string(),
    sponsor_address: z.string(),
    sponsor_email: z.string(),
    funding_note: z.string(),
    opened_at: time().nullable(),
    closed_at: time().nullable(),
    launch_at: time().nullable(),
    official_note: z.string(),
  })
  .meta({ id: "LetterFile" });

const version = z
  .object({
    id: z.uuid(),
    number: z.int(),
    material: z.boolean(),
    reason: z.string(),
    created_at: time(),
    signatures: z.int(),
    translations: z.array(
      z.object({
        language: z.string(),
        title: z.string(),
        addressee: z.string(),
        summary: z.string(),
        body_md: z.string(),
        content_hash: z.string(),
        reviewed: z.boolean(),
      }),
    ),
  })
  .meta({ id: "LetterVersion" });

/** What a change leaves: enough to go on with, and nothing that takes more than the right to write. */
const standing = z
  .object({ id: z.uuid(), slug: z.string(), state: z.enum(LETTER_STATES), row_version: z.int() })
  .meta({ id: "LetterStanding" });

function presentLine(line: LetterLine) {
  return {
    id: line.id,
    slug: line.slug,
    state: line.state,
    title: line.title,
    addressee: line.addressee,
    summary: line.summary,
    default_language: line.defaultLanguage,
    languages: line.languages,
    version: line.versionNumber,
    sponsor_name: line.sponsorName,
    closes_at: line.closesAt,
    created_at: line.createdAt,
    signed: line.signed,
    in_review: line.inReview,
    row_version: line.rowVersion,
  };
}

function presentFile({ letter, line, versions }: LetterFile) {
  const text = versions[0]?.texts.find((each) => each.language === line.language);
  return {
    ...presentLine(line),
    body_md: text?.bodyMd ?? "",
    content_hash: text?.contentHash.toString("hex") ?? "",
    sponsor_address: letter.sponsor_address,
    sponsor_email: letter.sponsor_email,
    funding_note: letter.funding_note,
    opened_at: letter.opened_at,
    closed_at: letter.closed_at,
    launch_at: letter.launch_at,
    official_note: letter.official_note,
  };
}

function presentVersion(one: Version) {
  return {
    id: one.id,
    number: one.number,
    material: one.material,
    reason: one.reason,
    created_at: one.createdAt,
    signatures: one.signatures,
    translations: one.texts.map((text) => ({
      language: text.language,
      title: text.title,
      addressee: text.addressee,
      summary: text.summary,
      body_md: text.bodyMd,
      content_hash: text.contentHash.toString("hex"),
      reviewed: text.reviewed,
    })),
  };
}

const params = z.object({ slug: slug() });

const readingRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/letters",
    tag: "letters",
    summary: "List letters, newest first",
    permission: "letters:read",
    query: listQuery({}),
    answer: listOf(letterLine),
    handler: async (ctx, { query }) => {
      const page = await browseLetters(ctx, query);
      return { items: page.items.map(presentLine), next: page.next };
    },
  }),
  apiRoute({
    method: "get",
    path: "/letters/{slug}",
    tag: "letters",
    summary: "A letter with its newest text",
    permission: "letters:read",
    params,
    answer: letterFile,
    handler: async (ctx, input) => presentFile(await showLetter(ctx, input.params.slug)),
  }),
  apiRoute({
    method: "get",
    path: "/letters/{slug}/versions",
    tag: "letters",
    summary: "All versions of a letter with their translations, newest first",
    permission: "letters:read",
    params,
    answer: listOf(version),
    handler: async (ctx, input) => {
      const { versions } = await showLetter(ctx, input.params.slug);
      return { items: versions.map(presentVersion), next: null };
    },
  }),
];

const writingRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "post",
    path: "/letters",
    tag: "letters",
    summary: "Make a draft with its first version",
    description: "`closes_at` is a moment, or a day whose last second in UTC is then meant.",
    permission: "letters:write",
    body: createLetterCommand,
    answer: standing,
    status: 201,
    handler: async (ctx, { given }) => createLetter(ctx, given),
  }),
  apiRoute({
    method: "patch",
    path: "/letters/{slug}",
    tag: "letters",
    summary: "Change sponsor, funding note or end",
    permission: "letters:write",
    params,
    body: updateLetterCommand,
    answer: standing,
    handler: async (ctx, { params, given }) => updateLetter(ctx, params.slug, given),
  }),
  apiRoute({
    method: "put",
    path: "/letters/{slug}/translations/{language}",
    tag: "letters",
    summary: "Write the newest version in one language",
    description:
      "A language the version lacks is added; one it has is replaced only before approval and while nobody has signed.",
    permission: "letters:write",
    params: params.extend({ language: language() }),
    body: writeTextCommand.omit({ language: true }),
    answer: standing,
    handler: async (ctx, { params, given }) =>
      writeText(ctx, params.slug, { ...given, language: params.language }),
  }),
  apiRoute({
    method: "post",
    path: "/letters/{slug}/versions",
    tag: "letters",
    summary: "Add the next version, in the letter's own language",
    permission: "letters:publish",
    params,
    body: addVersionCommand,
    answer: standing.extend({ version_id: z.uuid(), version: z.int() }).meta({ id: "LetterVersionAdded" }),
    status: 201,
    handler: async (ctx, { params, given }) => {
      const { letter, versionId, number } = await addVersion(ctx, params.slug, given);
      return { ...letter, version_id: versionId, version: number };
    },
  }),
];

/** Letters, their texts and their states. */
export const letterApi: readonly ApiRoute[] = [...readingRoutes, ...writingRoutes];

/** Moving a letter on. To `delivered` it goes with a record of the delivery, made as of now where only the state is said. */
export function letterTransitionApi(app: App): ApiRoute {
  return apiRoute({
    method: "post",
    path: "/letters/{slug}/transitions",
    tag: "letters",
    summary: "Move a letter to another state",
    permission: "letters:write",
    description:
      "Approving, opening, pausing, closing and taking down also need letters:publish. To `delivered` a letter goes with a record of its delivery as of now, to its addressee; POST letters/{slug}/delivery says more.",
    params,
    body: changeLetterCommand,
    answer: standing,
    handler: async (ctx, { params: { slug: letter }, given }) => {
      if (given.to !== "delivered") return changeLetterState(ctx, letter, given);
      const { line } = await showLetter(ctx, letter);
      if (line.state !== "delivered") {
        await deliverLetter(ctx, app.messages, letter, {
          addressee: line.addressee.slice(0, 300),
          delivered_by: line.sponsorName,
          delivered_at: ctx.clock.now().toISOString(),
          left_out: given.left_out,
          row_version: given.row_version,
        });
      }
      return (await showLetter(ctx, letter)).letter;
    },
  });
}
