import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import supertest from "supertest";
import { listActivity } from "../../src/domain/activity/views.js";
import { colleagues } from "../../src/domain/team/views.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import { campaign } from "../support/campaign.js";
import { countersign, settingsOf, type Outcome } from "../support/command-line.js";
import { testDatabase } from "../support/database.js";

jest.setTimeout(120_000);

let app: TestApp;
const run = (...words: string[]): Promise<Outcome> => countersign(words, settingsOf(app.database));

beforeAll(async () => {
  app = await testApp();
});
beforeEach(() => app.database.clean());
afterAll(() => app.close());

/** The last line of standard output. */
function lastLine({ stdout }: Outcome): string {
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}

describe("countersign", () => {
  it("says how it is used", async () => {
    const none = await run();
    expect(none).toMatchObject({ status: 2, stdout: "" });
    expect(none.stderr).toContain("staff add");
    const asked = await run("--help");
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    const one = await run("staff", "add", "--help");
    expect(one.status).toBe(0);
    expect(one.stdout).toContain("Usage: countersign staff add <email> --role <role>");
  });

  it("ends with 2 and its usage when it does not understand", async () => {
    const lines = [
      ["dance"],
      ["staff", "add"],
      ["staff", "add", "a@b.example"],
      ["staff", "add", "a@b.example", "c@d.example", "--role", "viewer"],
      ["staff", "add", "a@b.example", "--rule", "viewer"],
      ["export", "secrets"],
      ["export", "declines", "--format", "xml"],
    ];
    const outcomes = await Promise.all(lines.map((words) => run(...words)));
    for (const [index, outcome] of outcomes.entries()) {
      expect([lines[index], outcome.status, outcome.stdout]).toEqual([lines[index], 2, ""]);
      expect(outcome.stderr).toContain("Usage: countersign");
    }
  });

  it("ends with 1 and a sentence when a setting is wrong or the database does not answer", async () => {
    const settings = settingsOf(app.database);
    const wrong = await countersign(["doctor"], { ...settings, PORT: "many" });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain("PORT: expected a port");
    const staff = ["staff", "add", "a@b.example", "--role", "viewer"];
    const short = await countersign(staff, { ...settings, SECRET_KEY: "short" });
    expect(short).toMatchObject({ status: 1, stdout: "" });
    expect(short.stderr).toContain("SECRET_KEY: expected at least 32");
    const down = await countersign(staff, { ...settings, DATABASE_URL: "postgres://x@127.0.0.1:1/x" });
    expect(down).toMatchObject({ status: 1, stdout: "" });
    expect(down.stderr).toBe("The database does not answer. Is it running, and is DATABASE_URL right?\n");
  });
});

describe("countersign staff add", () => {
  it("prints a link on the last line that signs the colleague in", async () => {
    const outcome = await run("staff", "add", "Ines@Forum.example", "--role", "admin", "--name", "Ines Falk");
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toBe(`${lastLine(outcome)}\n`);
    app.clock.set(new Date());
    const visitor = browser(app);
    await visitor.post(new URL(lastLine(outcome)).pathname).expect(303);
    await visitor.get("/console/staff").expect(200);
    expect(await colleagues(app.system)).toMatchObject([{ email: "ines@forum.example", name: "Ines Falk" }]);
  });

  it("gives a known colleague the role and another link, and says so", async () => {
    await run("staff", "add", "ines@forum.example", "--role", "viewer");
    const again = await run("staff", "add", "ines@forum.example", "--role", "admin", "--json");
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ known: true });
    expect(await colleagues(app.system)).toMatchObject([{ role: "admin" }]);
  });

  it("refuses an address or a role that is none, in a sentence", async () => {
    const email = await run("staff", "add", "ines", "--role", "viewer");
    expect(email).toMatchObject({ status: 1, stdout: "" });
    expect(email.stderr).toBe(`email: ${app.messages.t("en", "errors.field.email")}\n`);
    const role = await run("staff", "add", "ines@forum.example", "--role", "king");
    expect(role.stderr).toBe(`role: ${app.messages.t("en", "errors.team.role")}\n`);
  });
});

describe("countersign token create", () => {
  it("prints a token on the last line that works at once", async () => {
    const outcome = await run("token", "create", "--name", "Nightly", "--scopes", "audit:read,reports:read");
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/^cs_[\w-]{43}\n$/);
    await supertest(app.web)
      .get("/api/v1/audit")
      .set("Authorization", `Bearer ${lastLine(outcome)}`)
      .expect(200);
    const acts = await listActivity(app.system, { limit: 10 });
    expect(acts.items).toMatchObject([{ action: "token.created", actorName: "command line" }]);
  });

  it("refuses a scope that is none", async () => {
    const outcome = await run("token", "create", "--name", "x", "--scopes", "everything");
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toContain(app.messages.t("en", "errors.team.scope"));
  });
});

describe("countersign export", () => {
  it("writes lists that no spreadsheet runs, as CSV or JSON, and leaves an act in the audit trail", async () => {
    const rows = campaign(app);
    const letter = await rows.letter("keep-orbit-usable");
    const one = await rows.organisation("=HYPERLINK(1)");
    await rows.signature(letter, one, { display_name: "=HYPERLINK(1)" });
    await rows.signature(letter, await rows.organisation("Quiet"), {
      visibility: "confidential",
      state: "accepted",
    });
    const two = await rows.organisation("Gannet Marine", { country: "NO" });
    await rows.contact(two, { email: "a@gannet.example" });
    await rows.decline(letter, two, { comment: "@SUM(1)", contributing: ["timing", "wording"] });

    const csv = await run("export", "signatories");
    expect(csv.status).toBe(0);
    expect(csv.stdout).toContain("'=HYPERLINK(1)");
    expect(csv.stdout.trimEnd().split("\r\n")).toHaveLength(2);
    expect(csv.stdout).not.toContain("@ribeira-alta.example");
    expect(csv.stderr).toBe("1 signatories.\n");

    const json = await run("export", "declines", "--format", "json", "--letter", "keep-orbit-usable");
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        organisation: "Gannet Marine",
        reason: "first_mover",
        contributing: "timing wording",
        comment: "@SUM(1)",
      },
    ]);
    const organisations = await run("export", "organisations", "--format", "json");
    expect(JSON.parse(organisations.stdout)).toHaveLength(3);
    expect(organisations.stdout).toContain("a@gannet.example");
    const empty = await run("export", "declines", "--format", "json", "--letter", "unknown");
    expect(empty).toMatchObject({ status: 1, stdout: "" });
    const acts = await listActivity(app.system, { limit: 10 });
    expect(acts.items.filter(({ action }) => action === "list.exported")).toHaveLength(3);
  });

  it("writes lists of any length", async () => {
    const at = app.clock.now();
    await app.database.adminDb.raw(
      `insert into organisations (id, name, name_key, created_at, updated_at)
       select gen_random_uuid(), 'Organisation ' || n, 'organisation ' || n, ?, ? from generate_series(1, 2500) n`,
      [at, at],
    );
    const outcome = await run("export", "organisations");
    expect(outcome.stdout.trimEnd().split("\r\n")).toHaveLength(2501);
    expect(new Set(outcome.stdout.match(/Organisation \d+/g)).size).toBe(2500);
  });
});

describe("countersign migrate and doctor", () => {
  it("bring up an empty database and say what is wrong before", async () => {
    const database = await testDatabase({ empty: true });
    try {
      const settings = settingsOf(database);
      const before = await countersign(["doctor"], settings);
      expect(before.status).toBe(1);
      expect(before.stdout).toContain("FAULT    Schema:");
      const staff = await countersign(["staff", "add", "a@b.example", "--role", "viewer"], settings);
      expect(staff).toMatchObject({ status: 1, stdout: "" });
      expect(staff.stderr).toContain("countersign migrate");
      expect(await countersign(["migrate"], settings)).toMatchObject({ status: 0, stdout: "" });
      const again = await countersign(["migrate", "--json"], settings);
      expect(JSON.parse(again.stdout)).toEqual({ migrations: [] });
      const after = await countersign(["doctor", "--json"], settings);
      expect(after.status).toBe(0);
      expect(JSON.parse(after.stdout)).toMatchObject([
        { what: "Settings", verdict: "ok" },
        { what: "Address", verdict: "warning" },
        { what: "Mail", verdict: "warning" },
        { what: "Database", verdict: "ok" },
        { what: "Schema", verdict: "ok" },
        { what: "Environment", verdict: "ok" },
        { what: "Uncertain mails", verdict: "ok" },
        { what: "Clock", verdict: "ok" },
      ]);
    } finally {
      await database.close();
    }
  });

  it("say that an address beyond this machine has to be encrypted", async () => {
    const settings = { ...settingsOf(app.database), PUBLIC_URL: "http://letters.example" };
    const outcome = await countersign(["doctor"], settings);
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).toContain("FAULT    Settings: PUBLIC_URL: expected https://");
  });
});

describe("countersign sending", () => {
  it("stops all outreach, says so, and lets it go on", async () => {
    const status = await run("sending", "status");
    expect([status.status, status.stdout]).toEqual([0, "Outreach goes out.\n0 mails wait.\n"]);
    const stopped = await run("sending", "stop", "--reason", "wrong list");
    expect([stopped.status, stopped.stdout]).toEqual([0, "All outreach is stopped.\n"]);
    expect((await run("sending", "stop")).stdout).toBe("All outreach was stopped already.\n");
    const told = JSON.parse((await run("sending", "status", "--json")).stdout) as Record<string, unknown>;
    expect(told).toMatchObject({ reason: "wrong list", waiting: 0, stopped_by: null });
    expect((await run("sending", "resume")).stdout).toBe("Outreach goes on.\n");
    expect((await run("sending", "resume")).stdout).toBe("Outreach was not stopped.\n");
  });
});
