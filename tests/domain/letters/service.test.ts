import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  addVersion,
  createLetter,
  findLetter,
  updateLetter,
  writeText,
} from "../../../src/domain/letters/service.js";
import { changeLetterState, closeDueLetters } from "../../../src/domain/letters/state-service.js";
import { currentText, listLetters, listVersions } from "../../../src/domain/letters/views.js";
import { listActivity } from "../../../src/domain/activity/views.js";
import type { Ctx } from "../../../src/platform/context.js";
import { DAY } from "../../../src/platform/clock.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { staffCtx, START, testApp, type TestApp } from "../../support/app.js";

let app: TestApp;
let editor: Ctx;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  editor = await staffCtx(app, "editor");
});
afterAll(() => app.close());

const french = {
  language: "fr",
  title: "Garder l’orbite utilisable",
  addressee: "les chefs de gouvernement",
  body_md: "1. Un satellite détruit ne disparaît pas.",
};

const refusal = (code: string) => expect.objectContaining({ code });

describe("an editor writes a letter", () => {
  it("and finds it as a draft with its first version and its hash", async () => {
    const letter = await createLetter(editor, LETTER);
    expect(letter).toMatchObject({ slug: LETTER.slug, state: "draft", row_version: 1 });
    expect(letter.closes_at).toEqual(new Date("2027-09-30T23:59:59Z"));
    const text = await currentText(editor, letter.id, "en");
    expect(text).toMatchObject({ versionNumber: 1, title: LETTER.title, language: "en", reviewed: true });
    expect(text?.contentHash).toHaveLength(32);
    const acts = await listActivity(app.system, { letterId: letter.id, limit: 10 });
    expect(acts.items.map(({ action, actorKind }) => [action, actorKind])).toEqual([
      ["letter.created", "staff"],
    ]);
  });

  it("and is told at the field what does not fit, all of it at once, with nothing stored", async () => {
    const wrong = createLetter(editor, {
      ...LETTER,
      slug: "Keep Orbit",
      title: " ",
      sponsor_email: "nobody",
      closes_at: "31.12.2027",
    });
    await expect(wrong).rejects.toMatchObject({
      kind: "invalid",
      fields: {
        slug: "errors.field.slug",
        title: "errors.field.required",
        sponsor_email: "errors.field.email",
        closes_at: "errors.field.date",
      },
    });
    expect(await app.db("letters").select()).toEqual([]);
  });

  it("but not under an address that is taken", async () => {
    await createLetter(editor, LETTER);
    await expect(createLetter(editor, LETTER)).rejects.toMatchObject({
      kind: "conflict",
      fields: { slug: "errors.letter.slug_taken" },
    });
    expect(await app.db("letter_versions").select()).toHaveLength(1);
  });

  it("and a viewer, a company and the public may not", async () => {
    const viewer = await staffCtx(app, "viewer");
    for (const ctx of [
      viewer,
      app.ctx({ kind: "public" }),
      app.ctx({ kind: "company", id: viewer.actor.kind }),
    ]) {
      await expect(createLetter(ctx, LETTER)).rejects.toEqual(refusal("team.not_allowed"));
    }
  });
});

describe("a translation", () => {
  it("stands beside the letter's own language, marked until somebody reviewed it", async () => {
    const { id, slug } = await makeLetter(editor);
    await writeText(editor, slug, french);
    expect(await currentText(editor, id, "fr")).toMatchObject({ language: "fr", reviewed: false });
    await writeText(editor, slug, { ...french, reviewed: true });
    expect(await currentText(editor, id, "fr-CA")).toMatchObject({ language: "fr", reviewed: true });
    expect(await currentText(editor, id, "zh")).toMatchObject({ language: "en" });
  });

  it("is changed in place while the letter is a draft, and never once approved", async () => {
    const { id, slug } = await makeLetter(editor, { state: "draft" });
    await writeText(editor, slug, { ...LETTER, language: "en", title: "Better" });
    expect(await currentText(editor, id)).toMatchObject({ title: "Better", versionNumber: 1 });
    await changeLetterState(editor, slug, { to: "in_review" });
    await changeLetterState(editor, slug, { to: "approved" });
    await expect(writeText(editor, slug, { ...LETTER, language: "en" })).rejects.toEqual(
      refusal("letter.not_a_draft"),
    );
  });

  it("does not change once an organisation has signed the version", async () => {
    const { id, slug } = await makeLetter(editor);
    await insertSignature(app.system, { letterId: id });
    await expect(writeText(editor, slug, { ...LETTER, language: "en", title: "Other" })).rejects.toEqual(
      refusal("letter.signed"),
    );
    expect(await currentText(editor, id)).toMatchObject({ title: LETTER.title });
  });
});

describe("a new version", () => {
  it("has a public reason and the next number, and leaves the signed one as it was", async () => {
    const { id, slug } = await makeLetter(editor);
    await insertSignature(app.system, { letterId: id });
    const next = {
      ...LETTER,
      body_md: `${LETTER.body_md}\n\nAgreed.`,
      reason: "A closing word.",
      material: true,
    };
    expect(await addVersion(editor, slug, next)).toMatchObject({ number: 2 });
    const versions = await listVersions(editor, id);
    expect(versions.map(({ number, signatures, reason }) => [number, signatures, reason])).toEqual([
      [2, 0, "A closing word."],
      [1, 1, ""],
    ]);
    expect(versions[1]?.texts[0]?.bodyMd).toBe(LETTER.body_md);
  });

  it("is refused without a reason or without a change", async () => {
    const { slug } = await makeLetter(editor);
    await expect(addVersion(editor, slug, { ...LETTER, reason: "" })).rejects.toMatchObject({
      fields: { reason: "errors.field.required" },
    });
    await expect(addVersion(editor, slug, { ...LETTER, reason: "None" })).rejects.toEqual(
      refusal("letter.nothing_changed"),
    );
  });
});

describe("a letter's state", () => {
  it("changes along the table, leaves a record each time, and remembers when it opened and closed", async () => {
    const { id, slug } = await makeLetter(editor);
    app.clock.advance(DAY);
    await changeLetterState(editor, slug, { to: "closed" });
    const letter = await findLetter(editor, slug);
    expect(letter).toMatchObject({ opened_at: new Date(START), closed_at: app.clock.now() });
    const acts = await listActivity(app.system, { letterId: id, limit: 20 });
    expect(acts.items.filter(({ action }) => action === "letter.state_changed")).toHaveLength(4);
    await changeLetterState(editor, slug, { to: "open" });
    expect(await findLetter(editor, slug)).toMatchObject({ closed_at: null, opened_at: new Date(START) });
  });

  it("stays when the wish does not fit, with the reason", async () => {
    const { slug } = await makeLetter(editor, { state: "draft" });
    await expect(changeLetterState(editor, slug, { to: "open" })).rejects.toEqual(
      refusal("letter.not_from_here"),
    );
    expect(await findLetter(editor, slug)).toMatchObject({ state: "draft" });
  });

  it("is changed once when two people press at the same time", async () => {
    const { slug } = await makeLetter(editor);
    const { row_version } = await findLetter(editor, slug);
    const results = await Promise.allSettled([
      changeLetterState(editor, slug, { to: "paused", row_version }),
      changeLetterState(editor, slug, { to: "closed", row_version }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "letter.stale", kind: "conflict" },
    });
  });

  it("is not opened by somebody who may only send mail", async () => {
    const { slug } = await makeLetter(editor, { state: "approved" });
    const outreach = await staffCtx(app, "outreach");
    await expect(changeLetterState(outreach, slug, { to: "open" })).rejects.toEqual(
      refusal("team.not_allowed"),
    );
  });

  it("becomes closed by itself when the end has passed", async () => {
    const { slug } = await makeLetter(editor, { closes_at: "2027-03-02" });
    expect(await closeDueLetters(app.system)).toBe(0);
    app.clock.set("2027-03-03T00:00:00Z");
    expect(await closeDueLetters(app.system)).toBe(1);
    expect(await findLetter(editor, slug)).toMatchObject({ state: "closed" });
    await expect(changeLetterState(editor, slug, { to: "open" })).rejects.toEqual(
      refusal("letter.end_passed"),
    );
    await updateLetter(editor, slug, { closes_at: "2027-05-01" });
    expect(await changeLetterState(editor, slug, { to: "open" })).toMatchObject({ state: "open" });
  });

  it("does not become delivered while a signature is in review", async () => {
    const { id, slug } = await makeLetter(editor);
    await insertSignature(app.system, { letterId: id, state: "in_review" });
    await changeLetterState(editor, slug, { to: "closed" });
    app.clock.advance(2 * DAY);
    await expect(changeLetterState(editor, slug, { to: "delivered" })).rejects.toEqual(
      refusal("letter.entries_in_review"),
    );
  });
});

describe("the list of letters", () => {
  it("comes newest first, a page at a time, with what has come in", async () => {
    const first = await makeLetter(editor, { slug: "first" });
    app.clock.advance(1000);
    await makeLetter(editor, { slug: "second", state: "draft" });
    await insertSignature(app.system, { letterId: first.id });
    await insertSignature(app.system, { letterId: first.id, visibility: "confidential" });
    await insertSignature(app.system, { letterId: first.id, state: "in_review" });
    const page = await listLetters(editor, { limit: 1 });
    expect(page.items.map(({ slug }) => slug)).toEqual(["second"]);
    const rest = await listLetters(editor, { limit: 1, cursor: page.next ?? "" });
    expect(rest).toMatchObject({ items: [{ slug: "first", signed: 1, inReview: 1 }], next: null });
  });
});
