import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { acceptAnswer, confirmAnswer } from "../../../src/domain/declines/service.js";
import { publishHeldSignatures } from "../../../src/domain/signatures/review-service.js";
import { decideStatement } from "../../../src/domain/statements/moderation-service.js";
import { waitingStatements } from "../../../src/domain/statements/views.js";
import { browser, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, openLetterWithCompany, signingForm } from "../../support/company.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { managePath } from "../../support/signatory.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
beforeEach(() => app.database.clean());
afterAll(() => app.close());

const RESERVED = "We support the aim. Verification should not rest on commercial data alone.";

/** A company signs with a reservation and confirms; answers with the entry in review. */
async function signedWithReservation(): Promise<{ id: string; slug: string; letterId: string }> {
  const { letter, company } = await openLetterWithCompany(app);
  const answers = { ...signingForm(company), reservation_clause: "1", reservation: RESERVED };
  await browser(app)
    .post(`${company.link}/sign`)
    .type("form")
    .send({ ...answers, step: "submit" })
    .expect(303);
  const link = await confirmLink(app, company.email);
  await confirmAnswer(app.system, link.split("/").at(-1) ?? "");
  const { id } = (await app.db("signatures").first("id")) as { id: string };
  return { id, slug: letter.slug, letterId: letter.id };
}

async function stateOf(id: string): Promise<unknown> {
  const [state] = (await app.db("signatures").where({ id }).pluck("state")) as string[];
  return state;
}

async function decide(decision: string, note = ""): Promise<void> {
  const [waiting] = await waitingStatements(app.system);
  await decideStatement(await staffCtx(app, "reviewer"), waiting?.id ?? "", { decision, note });
}

describe("a reservation", () => {
  it("is asked on the form with the letter's own clauses, and shown once more before it is sent", async () => {
    const { company } = await openLetterWithCompany(app);
    const form = await browser(app).get(`${company.link}/sign`).expect(200);
    expect(form.text).toContain('name="reservation_clause"');
    expect(form.text).toContain('<option value="1"');
    const answers = { ...signingForm(company), reservation_clause: "1", reservation: RESERVED };
    const check = await browser(app).post(`${company.link}/sign`).type("form").send(answers).expect(200);
    expect(check.text).toContain(`With a reservation on clause 1: “${RESERVED}”`);
  });

  it("is sent back when the clause or the words are missing, or the letter has no such clause", async () => {
    const { company } = await openLetterWithCompany(app);
    const send = async (fields: Record<string, string>): Promise<string> =>
      (
        await browser(app)
          .post(`${company.link}/sign`)
          .type("form")
          .send({ ...signingForm(company), ...fields })
          .expect(422)
      ).text;
    expect(await send({ reservation: RESERVED })).toContain("Say which clause your reservation is about.");
    expect(await send({ reservation_clause: "1" })).toContain("Word your reservation, or choose no clause.");
    expect(await send({ reservation: RESERVED, reservation_clause: "77" })).toContain("no such clause");
  });

  it("holds an accepted entry up until staff have approved it; then both appear together", async () => {
    const { id, slug } = await signedWithReservation();
    expect(await acceptAnswer(await staffCtx(app, "reviewer"), id)).toEqual({ state: "accepted" });
    const list = () => browser(app).get(`/letters/${slug}/signatories.json`).expect(200);
    expect((await list()).body).toMatchObject({ items: [] });
    await decide("approved");
    expect(await stateOf(id)).toBe("published");
    const { items, counts } = (await list()).body as { items: unknown[]; counts: unknown };
    expect(items).toMatchObject([{ reservations: [{ clause: 1, text: RESERVED }] }]);
    expect(counts).toMatchObject({ signed: 1, with_reservation: 1 });
    const page = (await browser(app).get(`/letters/${slug}`).expect(200)).text;
    expect(page).toContain('href="#c1">clause 1</a>');
    expect(page).toContain("One of the signatures comes with a reservation.");
    expect((await browser(app).get(`/letters/${slug}/signatories.csv`)).text).toContain(`1: ${RESERVED}`);
    expect((await browser(app).get(`/letters/${slug}/signatories.txt`)).text).toContain(
      `With a reservation on clause 1: “${RESERVED}”`,
    );
    const whole = (await browser(app).get(`/letters/${slug}/signatories`)).text;
    expect(whole).toContain(`href="/letters/${slug}#c1"`);
    const mails = (await app.db("messages").orderBy("id").pluck("template")) as string[];
    expect(mails.filter((name) => name === "signature-published")).toHaveLength(1);
  });

  it("appears with the acceptance where it was approved before", async () => {
    const { id } = await signedWithReservation();
    await decide("approved");
    expect(await stateOf(id)).toBe("in_review");
    expect(await acceptAnswer(await staffCtx(app, "reviewer"), id)).toEqual({ state: "published" });
  });

  it.each(["refused", "change_asked"])(
    "when it is %s, the entry is not published without it unless the signatory says so",
    async (decision) => {
      const { id, slug } = await signedWithReservation();
      await acceptAnswer(await staffCtx(app, "reviewer"), id);
      await decide(decision, "Please leave the other state out of it.");
      expect(await stateOf(id)).toBe("accepted");
      const path = await managePath(app, id);
      expect((await browser(app).get(path)).text).toContain("Please leave the other state out of it.");
      await browser(app)
        .post(`${path}/reservation-back`)
        .type("form")
        .send({ reservation_clause: "1" })
        .expect(303);
      expect(await stateOf(id)).toBe("published");
      expect((await browser(app).get(`/letters/${slug}/signatories.json`)).text).not.toContain(RESERVED);
    },
  );

  it("may be worded anew by the signatory, and then waits again", async () => {
    const { id } = await signedWithReservation();
    await acceptAnswer(await staffCtx(app, "reviewer"), id);
    await decide("change_asked", "Shorter, please.");
    const path = await managePath(app, id);
    const send = (clause: string) =>
      browser(app)
        .post(`${path}/reservation`)
        .type("form")
        .send({ reservation_clause: clause, reservation: "Not by commercial data alone." });
    await send("99").expect(422);
    await send("1").expect(303);
    expect(await stateOf(id)).toBe("accepted");
    await decide("approved");
    expect(await stateOf(id)).toBe("published");
  });

  it("that is added to a public entry waits while the entry stands as it was", async () => {
    const { id: letterId, slug } = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId });
    await browser(app)
      .post(`${await managePath(app, id)}/reservation`)
      .type("form")
      .send({ reservation_clause: "1", reservation: RESERVED })
      .expect(303);
    expect(await stateOf(id)).toBe("published");
    expect((await browser(app).get(`/letters/${slug}/signatories.json`)).text).not.toContain(RESERVED);
  });

  it("holds an entry back at launch too", async () => {
    const { id: letterId } = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId, state: "held" });
    await browser(app)
      .post(`${await managePath(app, id)}/reservation`)
      .type("form")
      .send({ reservation_clause: "1", reservation: RESERVED })
      .expect(303);
    expect(await publishHeldSignatures(app.system)).toBe(0);
    await decide("approved");
    expect(await publishHeldSignatures(app.system)).toBe(1);
  });

  it("is decided in the console, by those who may review, and never twice unknowingly", async () => {
    const { id } = await signedWithReservation();
    const viewer = await signedIn(app, "viewer");
    const reviewer = await signedIn(app, "reviewer");
    const page = await reviewer.get(`/console/review/${id}/statements`).expect(200);
    expect(page.text).toContain("Reservation on clause 1");
    expect((await reviewer.get("/console/statements").expect(200)).text).toContain(RESERVED);
    const [waiting] = await waitingStatements(app.system);
    const post = (who: typeof viewer, fields: object) =>
      who
        .post(`/console/statements/${waiting?.id}`)
        .type("form")
        .send({ signature: id, row_version: 1, ...fields });
    await post(viewer, { decision: "approved" }).expect(403);
    await post(reviewer, { decision: "refused" }).expect(422);
    await post(reviewer, { decision: "approved" }).expect(303);
    expect((await post(reviewer, { decision: "approved" }).expect(422)).text).toContain("in the meantime");
  });
});
