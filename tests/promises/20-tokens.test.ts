import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fillPlaceholders, placeholdersIn } from "../../src/domain/links/link.js";
import { linkAddresses, openLink } from "../../src/domain/links/service.js";
import { hashToken, randomToken } from "../../src/platform/tokens.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import { makeLetter } from "../support/letters.js";
import { wholeJourney, type WholeJourney } from "../support/whole-journey.js";

let app: TestApp;
let journey: WholeJourney;
beforeAll(async () => {
  app = await testApp();
  journey = await wholeJourney(app);
});
afterAll(() => app.close());

/** Every value of every column of every table, as text; bytes as hex, base64 and themselves. */
async function everything(): Promise<string[]> {
  const { rows } = await app.database.adminDb.raw<{ rows: { table_name: string }[] }>(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const values: string[] = [];
  for (const { table_name: table } of rows) {
    for (const row of (await app.database.adminDb(table).select("*")) as Record<string, unknown>[]) {
      for (const value of Object.values(row)) {
        if (Buffer.isBuffer(value))
          values.push(value.toString("hex"), value.toString("base64"), value.toString("latin1"));
        else if (value !== null) values.push(typeof value === "string" ? value : JSON.stringify(value));
      }
    }
  }
  return values;
}

/** The shapes in which a secret could lie somewhere. */
function shapes(secret: string): string[] {
  const bytes = Buffer.from(secret.replace(/^cs_/, ""), "base64url");
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").replaceAll("=", ""),
    Buffer.from(secret).toString("hex"),
    bytes.toString("hex"),
    bytes.toString("base64").replaceAll("=", ""),
    bytes.toString("latin1"),
  ];
}

function secretsOf({ secrets }: WholeJourney): string[] {
  return [
    secrets.unsubscribe,
    secrets.signIn,
    secrets.session,
    secrets.api,
    secrets.confirm,
    ...secrets.invitations,
  ];
}

describe("promise 20: secrets of links, sessions and API tokens", () => {
  test("are 256 bits each, and no two are alike", () => {
    const secrets = secretsOf(journey);
    expect(secrets).toHaveLength(8);
    expect(new Set(secrets).size).toBe(secrets.length);
    for (const secret of secrets) {
      expect(secret.replace(/^cs_/, "")).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(secret.replace(/^cs_/, ""), "base64url")).toHaveLength(32);
    }
  });

  test("stand nowhere in the database, in no shape; their SHA-256 does", async () => {
    const values = await everything();
    const dump = values.join("\n");
    const found = secretsOf(journey).flatMap((secret) =>
      shapes(secret).filter((shape) => dump.includes(shape)),
    );
    expect(found).toEqual([]);
    for (const secret of secretsOf(journey)) expect(values).toContain(hashToken(secret).toString("hex"));
  });

  test("would be found if they did", async () => {
    await app
      .db("contacts")
      .where({ id: journey.signer.contactId })
      .update({ notes: `see /r/${journey.signer.token}` });
    const dump = (await everything()).join("\n");
    expect(dump).toContain(journey.signer.token);
    await app.db("contacts").where({ id: journey.signer.contactId }).update({ notes: null });
  });

  test("a dump of the mails gives no usable link: placeholders stand where they were, and only the key can fill them", async () => {
    const rows = (await app.db("messages").select("data", "body_text", "body_html")) as Record<
      string,
      unknown
    >[];
    const stored = JSON.stringify(rows);
    const ids = placeholdersIn(stored);
    expect(ids.length).toBeGreaterThan(0);
    expect(stored).not.toMatch(/\/(r|confirm|unsubscribe|sign-in)\/[A-Za-z0-9_-]{20,}/);
    const filled = fillPlaceholders(stored, await linkAddresses(app.system, ids));
    expect(filled).toMatch(/\/confirm\/[A-Za-z0-9_-]{43}/);
  });

  test("open one kind of door each: no secret of one purpose is known at another", async () => {
    const { secrets } = journey;
    const own: Record<string, string> = {
      "/r/": secrets.invitations[0] ?? "",
      "/confirm/": secrets.confirm,
      "/console/sign-in/": secrets.signIn,
      "/unsubscribe/": secrets.unsubscribe,
    };
    for (const secret of secretsOf(journey)) {
      for (const [door, fits] of Object.entries(own)) {
        if (secret === fits || (door === "/r/" && secrets.invitations.includes(secret))) continue;
        const looked = await browser(app).get(door + encodeURIComponent(secret));
        const acted = await browser(app).post(door + encodeURIComponent(secret));
        expect([door, looked.status, acted.status]).toEqual([door, 404, 404]);
      }
      if (secret !== secrets.api) {
        await browser(app).get("/api/v1/letters").set("Authorization", `Bearer ${secret}`).expect(401);
      }
      if (secret !== secrets.session) {
        const asStaff = await browser(app).get("/console/review").set("Cookie", `countersign=${secret}`);
        expect(asStaff.status).toBe(303);
      }
    }
    await browser(app).get("/console/review").set("Cookie", `countersign=${secrets.session}`).expect(200);
  });

  test("10,000 guesses hit nothing: half at random, half one character beside a real one", async () => {
    const near = journey.signer.token;
    const guess = (number: number): string => {
      const at = number % near.length;
      const beside = `${near.slice(0, at)}${near[at] === "A" ? "B" : "A"}${near.slice(at + 1)}`;
      return number % 2 === 0 ? randomToken() : beside;
    };
    const purposes = ["invitation", "confirm", "unsubscribe", "sign_in"] as const;
    let hits = 0;
    const open = async (number: number): Promise<void> => {
      const purpose = purposes[(number >> 1) % 4] ?? "invitation";
      await openLink(app.system, purpose, guess(number)).then(
        () => (hits += 1),
        (error: unknown) => expect(error).toMatchObject({ kind: "not_found" }),
      );
    };
    for (let start = 0; start < 9_800; start += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, place) => open(start + place)));
    }
    const doors = ["/r/", "/confirm/", "/unsubscribe/", "/console/sign-in/"];
    for (let number = 0; number < 200; number += 1) {
      await browser(app)
        .get(`${doors[(number >> 1) % 4]}${guess(number)}`)
        .expect(404);
    }
    expect(hits).toBe(0);
    await openLink(app.system, "invitation", near);
  }, 120_000);
});

/** Sends wrong secrets until the answer is 429, at most `most` of them. */
async function triesUntilStopped(
  most: number,
  send: (secret: string) => Promise<{ status: number; headers: Record<string, string> }>,
) {
  for (let tries = 1; tries <= most; tries += 1) {
    const answer = await send(randomToken());
    if (answer.status === 429) return { tries, retryAfter: Number(answer.headers["retry-after"]) };
    expect([401, 404]).toContain(answer.status);
  }
  return undefined;
}

describe("promise 20: with limits on", () => {
  let limited: TestApp;
  beforeAll(async () => {
    limited = await testApp({ config: { rateLimits: true } });
    await makeLetter(limited.system);
  });
  afterAll(() => limited.close());

  test.each(["/confirm/", "/console/sign-in/", "/r/"])(
    "guessing at %s is stopped, and told when to come back",
    async (door) => {
      const path =
        door === "/r/" ? (secret: string) => `/r/${secret}/decline` : (secret: string) => door + secret;
      const stopped = await triesUntilStopped(100, (secret) => browser(limited).post(path(secret)));
      expect(stopped?.tries).toBeLessThanOrEqual(61);
      expect(stopped?.retryAfter).toBeGreaterThan(0);
    },
  );

  test("guessing API tokens is stopped", async () => {
    const stopped = await triesUntilStopped(100, (secret) =>
      browser(limited).get("/api/v1/letters").set("Authorization", `Bearer cs_${secret}`),
    );
    expect(stopped?.tries).toBeLessThanOrEqual(61);
  });
});
