import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { mapConstraint } from "../../platform/db.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse, type Page } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requireAllLetters } from "../team/reach-service.js";
import { requirePermission, staffId } from "../team/service.js";
import { addVersionCommand, createLetterCommand, updateLetterCommand, writeTextCommand } from "./commands.js";
import { contentHash, type LetterText } from "./content-hash.js";
import { mayAmend, mayEditText, mayPlanLaunch } from "./letter.js";
import {
  findLetterById,
  findLetterBySlug,
  findNewestVersion,
  findTranslation,
  insertLetter,
  insertTranslation,
  insertVersion,
  lockLetter,
  setLetter,
  setTranslation,
  type LetterRow,
  type TranslationRow,
  type VersionRow,
} from "./store.js";
import {
  letterLine,
  listLetters,
  listVersions,
  signaturesOfVersion,
  type LetterLine,
  type Version,
} from "./views.js";

/** The letter with this slug or id. Throws not_found when there is none. */
export async function findLetter(ctx: Ctx, slugOrId: string): Promise<LetterRow> {
  const letter = isUuid(slugOrId)
    ? await findLetterById(ctx.db, slugOrId)
    : await findLetterBySlug(ctx.db, slugOrId);
  if (!letter) throw notFound("letter.unknown");
  return letter;
}

/** A letter as staff sees it. */
export interface LetterFile {
  letter: LetterRow;
  line: LetterLine;
  /** Newest first. */
  versions: Version[];
}

/** A letter with all its versions and texts. Throws not_found when there is none. */
export async function showLetter(ctx: Ctx, slugOrId: string): Promise<LetterFile> {
  requirePermission(ctx, "letters:read");
  const letter = await findLetter(ctx, slugOrId);
  const line = await letterLine(ctx, letter.id);
  if (!line) throw new Error(`the letter ${letter.id} has no text`);
  return { letter, line, versions: await listVersions(ctx, letter.id) };
}

/** All letters, newest first, a page at a time. */
export async function browseLetters(
  ctx: Ctx,
  filter: { cursor?: string | undefined; limit: number },
): Promise<Page<LetterLine>> {
  requirePermission(ctx, "letters:read");
  return listLetters(ctx, filter);
}

/** Makes a draft with its first version in one language. Throws conflict when the slug is taken. */
export async function createLetter(ctx: Ctx, input: z.input<typeof createLetterCommand>): Promise<LetterRow> {
  requirePermission(ctx, "letters:write");
  requireAllLetters(ctx);
  const command = parse(createLetterCommand, input);
  return transaction(ctx, async (tx) => {
    const at = tx.clock.now();
    const letter: LetterRow = {
      id: newId(tx.clock),
      slug: command.slug,
      state: "draft",
      default_language: command.default_language,
      sponsor_name: command.sponsor_name,
      sponsor_address: command.sponsor_address,
      sponsor_email: command.sponsor_email,
      funding_note: command.funding_note ?? "",
      opened_at: null,
      closes_at: command.closes_at ?? null,
      closed_at: null,
      launch_at: null,
      official_note: "",
      created_by: staffId(tx),
      created_at: at,
      row_version: 1,
    };
    await insertLetter(tx.db, letter).catch((error: unknown) => {
      throw mapConstraint(error, {
        letters_slug_idx: conflict("letter.slug_taken", { slug: "errors.letter.slug_taken" }),
      });
    });
    await insertFirstText(tx, letter, 1, { ...command, language: command.default_language });
    await record(tx, { action: "letter.created", letterId: letter.id, subjectId: letter.id });
    return letter;
  });
}

interface Wording {
  language: string;
  title: string;
  addressee: string;
  body_md: string;
  summary?: string | undefined;
  reason?: string;
  material?: boolean;
}

async function insertFirstText(
  tx: Ctx,
  letter: LetterRow,
  number: number,
  wording: Wording,
): Promise<VersionRow> {
  const version: VersionRow = {
    id: newId(tx.clock),
    letter_id: letter.id,
    number,
    material: wording.material ?? true,
    reason: wording.reason ?? "",
    created_at: tx.clock.now(),
  };
  await insertVersion(tx.db, version);
  await insertTranslation(tx.db, translationRow(version.id, wording, true));
  return version;
}

function translationRow(versionId: string, wording: Wording, reviewed: boolean): TranslationRow {
  const text: LetterText = {
    language: wording.language,
    title: wording.title,
    addressee: wording.addressee,
    bodyMd: wording.body_md,
  };
  return {
    version_id: versionId,
    language: wording.language,
    title: wording.title,
    addressee: wording.addressee,
    body_md: wording.body_md,
    summary: wording.summary ?? "",
    content_hash: contentHash(text),
    reviewed,
  };
}

/** Locks a letter for a change and checks that nobody was faster. Throws not_found, and conflict for a stale row version. */
export async function holdLetter(
  tx: Ctx,
  slugOrId: string,
  rowVersion: number | undefined,
): Promise<LetterRow> {
  const found = await findLetter(tx, slugOrId);
  await holdLocks(tx.db, { letter: [found.id] });
  const letter = await lockLetter(tx.db, found.id);
  if (!letter) throw notFound("letter.unknown");
  if (rowVersion !== undefined && rowVersion !== letter.row_version) throw conflict("letter.stale");
  return letter;
}

/** A launch is set before the letter is open, for a moment to come before its end. */
function checkLaunch(
  tx: Ctx,
  letter: LetterRow,
  given: { launch_at?: Date | null | undefined; closes_at?: Date | null | undefined },
): void {
  const ends = given.closes_at === undefined ? letter.closes_at : given.closes_at;
  const launches = given.launch_at === undefined ? letter.launch_at : given.launch_at;
  if (launches && ends && launches >= ends) {
    throw conflict("letter.launch_after_end", { launch_at: "errors.letter.launch_after_end" });
  }
  if (given.launch_at === undefined || same(given.launch_at, letter.launch_at)) return;
  if (!mayPlanLaunch(letter, tx.clock.now())) throw conflict("letter.launched");
  if (given.launch_at && given.launch_at <= tx.clock.now()) {
    throw conflict("letter.launch_past", { launch_at: "errors.letter.launch_past" });
  }
}

function same(one: Date | null, other: Date | null): boolean {
  return one?.getTime() === other?.getTime();
}

/** Changes sponsor, notes, launch or end. Throws conflict for a stale row version and for a letter that has ended. */
export async function updateLetter(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof updateLetterCommand>,
): Promise<LetterRow> {
  requirePermission(ctx, "letters:write");
  const { row_version, funding_note: note, official_note: said, ...rest } = parse(updateLetterCommand, input);
  const given = {
    ...rest,
    funding_note: note === null ? "" : note,
    official_note: said === null ? "" : said,
  };
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, row_version);
    if (!mayAmend(letter.state)) throw conflict("letter.ended");
    checkLaunch(tx, letter, given);
    const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const changed = await setLetter(tx.db, letter.id, change);
    const detail = { fields: Object.keys(change) };
    await record(tx, { action: "letter.updated", letterId: letter.id, subjectId: letter.id, detail });
    return changed;
  });
}

/**
 * Writes the newest version in one language. A language it lacks is added as long as the letter stands; one it has is
 * replaced only before approval and while nobody has signed; whether it was reviewed may always be said.
 * Throws conflict when the version stands still or the row version is stale.
 */
export async function writeText(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof writeTextCommand>,
): Promise<LetterRow> {
  requirePermission(ctx, "letters:write");
  const command = parse(writeTextCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, command.row_version);
    if (!mayAmend(letter.state)) throw conflict("letter.ended");
    const version = await newestVersion(tx, letter);
    const isOwn = command.language === letter.default_language;
    const row = translationRow(version.id, command, isOwn || command.reviewed);
    const before = await findTranslation(tx.db, version.id, command.language);
    if (!before) {
      await insertTranslation(tx.db, row);
    } else {
      if (!saysTheSame(before, row)) await checkEdit(tx, letter, version);
      await setTranslation(tx.db, row);
    }
    await record(tx, {
      action: before ? "letter.text_changed" : "letter.translated",
      letterId: letter.id,
      subjectId: version.id,
      detail: { language: command.language, version: version.number },
    });
    return setLetter(tx.db, letter.id, {});
  });
}

function saysTheSame(before: TranslationRow, after: TranslationRow): boolean {
  return before.content_hash.equals(after.content_hash) && before.body_md === after.body_md;
}

async function checkEdit(tx: Ctx, letter: LetterRow, version: VersionRow): Promise<void> {
  const signed = (await signaturesOfVersion(tx, version.id)) > 0;
  const verdict = mayEditText(letter.state, signed);
  if (!verdict.may) throw conflict(`letter.${verdict.why}`);
}

async function newestVersion(tx: Ctx, letter: LetterRow): Promise<VersionRow> {
  const version = await findNewestVersion(tx.db, letter.id);
  if (!version) throw new Error(`the letter ${letter.id} has no version`);
  return version;
}

/**
 * Adds the next version with its text in the letter's own language; translations into others are written anew, since
 * the old ones would say something else. Throws conflict when nothing changed or the letter has ended.
 */
export async function addVersion(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof addVersionCommand>,
): Promise<{ letter: LetterRow; versionId: string; number: number }> {
  requirePermission(ctx, "letters:publish");
  const command = parse(addVersionCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, command.row_version);
    if (!mayAmend(letter.state)) throw conflict("letter.ended");
    const before = await newestVersion(tx, letter);
    const text = { ...command, language: letter.default_language };
    const same = await findTranslation(tx.db, before.id, text.language);
    if (same && saysTheSame(same, translationRow(before.id, text, true)))
      throw conflict("letter.nothing_changed", { body_md: "errors.letter.nothing_changed" });
    const version = await insertFirstText(tx, letter, before.number + 1, text);
    await record(tx, {
      action: "letter.version_added",
      letterId: letter.id,
      subjectId: version.id,
      detail: { version: version.number, material: command.material },
    });
    const changed = await setLetter(tx.db, letter.id, {});
    return { letter: changed, versionId: version.id, number: version.number };
  });
}
