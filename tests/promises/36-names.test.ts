import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { cleanName } from "../../src/domain/organisations/clean-name.js";
import { nameKey, nameSkeleton } from "../../src/domain/organisations/name-key.js";
import { confirmAnswer } from "../../src/domain/declines/service.js";
import { looksLike } from "../../src/domain/signatures/look-alike-views.js";
import { submitSignature } from "../../src/domain/signatures/service.js";
import type { SignatureRow } from "../../src/domain/signatures/store.js";
import { signedIn, testApp, type TestApp } from "../support/app.js";
import { confirmLink, signingForm } from "../support/company.js";
import { campaign } from "../support/campaign.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
});
afterAll(() => app.close());

/** A signatory, and a name of another script or spelling that only looks like it. */
const LOOK_ALIKES: [known: string, other: string][] = [
  ["Apple Orbit", "Аpple Orbit"],
  ["Apple Orbit", "Αpple Orbit"],
  ["Vesta", "Vеsta"],
  ["Cosmos Data", "Соsmоs Data"],
  ["Orion", "Оriоn"],
  ["Helix Space", "Ηelix Space"],
  ["Kappa Systems", "Κappa Systems"],
  ["Nova", "Νova"],
  ["Zenit", "Ζenit"],
  ["Pace Telecom", "Расе Telecom"],
  ["Beta Orbital", "Вeta Orbital"],
  ["Xenia", "Хenia"],
  ["NOKIA", "ΝΟΚΙΑ"],
];

/** Names that differ for everybody who reads them. */
const DIFFERENT: [one: string, other: string][] = [
  ["Apple Orbit", "Apply Orbit"],
  ["Vesta", "Westa"],
  ["Nova", "Nova Space"],
  ["Orion", "Onion"],
  ["Газпром Космические Системы", "Gazprom Space Systems"],
];

describe("promise 36: names that look alike", () => {
  test.each(LOOK_ALIKES)("%s and %s are two names with one look", (known, other) => {
    expect(nameSkeleton(other)).toBe(nameSkeleton(known));
    expect(nameKey(other)).not.toBe(nameKey(known));
  });

  test.each(DIFFERENT)("%s and %s look different", (one, other) => {
    expect(nameSkeleton(one)).not.toBe(nameSkeleton(other));
  });

  test.each(LOOK_ALIKES.slice(0, 4))(
    "after %s has signed, %s is taken in and goes to review with a hint",
    async (known, other) => {
      const rows = campaign(app);
      const letter = await rows.letter("keep-orbit-usable");
      const signed = await rows.organisation(known, { name_skeleton: nameSkeleton(known), country: "KE" });
      await rows.signature(letter, signed, { display_name: known });
      const email = "someone@elsewhere.example";
      const form = signingForm({ email }, { display_name: other });
      const visitor = app.ctx({ kind: "public" });
      await submitSignature(visitor, { door: "public", slug: "keep-orbit-usable" }, form);
      await confirmAnswer(visitor, (await confirmLink(app, email)).slice("/confirm/".length));
      const [entry] = (await app.db("signatures").where({ state: "in_review" })) as SignatureRow[];
      if (!entry) throw new Error("the entry did not reach the review");
      expect(entry.organisation_id).not.toBe(signed);
      expect(await looksLike(app.system, [entry])).toEqual(new Map([[entry.id, [known]]]));
      const staff = await signedIn(app, "reviewer");
      expect((await staff.get("/console/review").expect(200)).text).toContain(`Looks like ${known}`);
      expect((await staff.get(`/console/review/${entry.id}`).expect(200)).text).toContain("Looks like");
    },
  );

  test("a plain name is no look-alike of itself, nor one under another letter", async () => {
    const rows = campaign(app);
    const [one, other] = [await rows.letter("one-letter"), await rows.letter("other-letter")];
    const apple = await rows.organisation("Apple Inc", { name_skeleton: nameSkeleton("Apple Inc") });
    const fake = await rows.organisation("Аpple Inc", { name_skeleton: nameSkeleton("Аpple Inc") });
    const plain = await rows.signature(one, apple, { display_name: "Apple Inc" });
    const there = await rows.signature(other, fake, { display_name: "Аpple Inc" });
    const entries = (await app.db("signatures").whereIn("id", [plain, there])) as SignatureRow[];
    expect([...(await looksLike(app.system, entries)).values()]).toEqual([[], []]);
  });
});

describe("promise 36: what nobody sees", () => {
  const HIDDEN: [name: string, what: string, becomes: string][] = [
    ["Ves\u200bta", "a zero-width space", "Vesta"],
    ["Vesta\u202egro.lave", "a right-to-left override", "Vestagro.lave"],
    ["\u2066Vesta\u2069", "isolates", "Vesta"],
    ["Ves\u00adta", "a soft hyphen", "Vesta"],
    ["Vesta\ufeff", "a byte order mark", "Vesta"],
    ["Ves\u{e0041}ta", "a tag character", "Vesta"],
    ["Cafe\u0301 Orbital", "a letter taken apart", "Café Orbital"],
  ];
  test.each(HIDDEN)("in %j (%s) is taken out or put together", (name, _what, becomes) => {
    expect(cleanName(name)).toMatchObject({ ok: true, name: becomes });
  });

  test.each(["Vesta\u0000", "Ves\u0007ta", "Ves\nta", "Vesta\u2028x"])(
    "%j is refused with a sentence",
    (name) => {
      expect(cleanName(name)).toEqual({ ok: false, code: "CONTROL_CHARS" });
    },
  );

  test("stays where a script needs it: a joiner between Persian letters", () => {
    expect(cleanName("می\u200cخواهم")).toMatchObject({ ok: true, name: "می\u200cخواهم" });
  });
});
