import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLog } from "../../src/platform/log.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import { invitedCompany, signingForm } from "../support/company.js";
import { HOSTILE_NAMES } from "../support/hostile-names.js";
import { settle } from "../support/settle.js";
import { wholeJourney, type WholeJourney } from "../support/whole-journey.js";

// Requests one by one are in tests/web/security.test.ts; here a campaign runs through, mail, use cases and worker included.
let app: TestApp;
let journey: WholeJourney;
let said = "";

const log = createLog(
  "trace",
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said += chunk.toString();
      done();
    },
  }),
);

beforeAll(async () => {
  app = await testApp({ log });
  journey = await wholeJourney(app);
  await settle(app);
});
afterAll(() => app.close());

/** The log read back: every line has to be one JSON object. */
function lines(): Record<string, unknown>[] {
  return said
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ADDRESS = /[^\s"<>@]+@[a-z0-9-]+(\.[a-z0-9-]+)+/gi;

describe("promise 19: the log of a whole campaign", () => {
  test("is one JSON object a line, with a time, a level and words", () => {
    const read = lines();
    expect(read.length).toBeGreaterThan(20);
    for (const line of read) {
      expect(line).toMatchObject({
        level: expect.any(Number),
        time: expect.any(String),
        msg: expect.any(String),
      });
    }
  });

  test("holds no e-mail address, no secret of a link, no cookie and no API token", () => {
    expect(said.match(ADDRESS) ?? []).toEqual([]);
    for (const secret of Object.values(journey.secrets).flat()) {
      expect([secret, said.includes(secret)]).toEqual([secret, false]);
    }
    expect(said).not.toMatch(/Bearer|countersign=|authorization/i);
  });

  test("would be caught if it did", () => {
    const before = said.length;
    log.info({ note: `asked ${journey.signer.email}` }, "an address slips in");
    expect(said.slice(before).match(ADDRESS)).toEqual([journey.signer.email]);
    said = said.slice(0, before);
  });

  test("can't be forged by what people type: names, notes, headers and addresses with line ends and escapes", async () => {
    const before = lines().length;
    const company = await invitedCompany(app, journey.letter.slug);
    const forged = `x\r\n{"level":50,"time":"2027","msg":"forged"}\r\n\u001b[2K\u001b[1A`;
    for (const name of [forged, ...HOSTILE_NAMES.filter((one) => /[\r\n\u001b\u2028]/.test(one))]) {
      const form = signingForm(company, {
        display_name: name,
        quote: name,
        help_offered: name,
        step: "submit",
      });
      const answer = await browser(app).post(`${company.link}/sign`).type("form").send(form);
      expect(answer.status).toBeLessThan(500);
      await browser(app).get(`/letters/${encodeURIComponent(name)}`);
      await browser(app).get("/").set("X-Forwarded-For", '1.2.3.4\t{"msg":"forged"}');
    }
    await settle(app);
    const read = lines();
    expect(read.length).toBeGreaterThan(before);
    expect(read.filter((line) => line["msg"] === "forged")).toEqual([]);
    expect(said).not.toMatch(/[\r\u001b\u2028]/);
  });
});
