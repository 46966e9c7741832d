import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { testApp, type TestApp } from "../support/app.js";
import { countersign, settingsOf } from "../support/command-line.js";

let app: TestApp;
let dataDir: string;
beforeAll(async () => {
  app = await testApp();
  dataDir = await mkdtemp(path.join(tmpdir(), "countersign-arm-"));
});
afterAll(async () => {
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
});

const run = (...words: string[]) =>
  countersign(words, {
    ...settingsOf(app.database),
    COUNTERSIGN_DATA_DIR: dataDir,
    COUNTERSIGN_ENVIRONMENT: "production",
  });

describe("countersign arm", () => {
  test("shows what differs and changes nothing, until it is told yes; the doctor says the same", async () => {
    await app.database.adminDb("sending_control").insert({
      environment: "elsewhere",
      arming_id: "01900000-0000-7000-8000-000000000001",
      epoch: 4,
      system_identifier: "another/1",
      timeline: 3,
    });
    const shown = await run("arm");
    expect(shown).toMatchObject({ status: 1, stdout: "" });
    expect(shown.stderr).toContain("This database is armed for another environment.");
    expect(shown.stderr).toMatch(/Environment +elsewhere +production/);
    expect(shown.stderr).toMatch(/Timeline +3 +1/);
    expect(await app.db("sending_control").pluck("environment")).toEqual(["elsewhere"]);
    const before = await run("doctor");
    expect(before.stdout).toContain(
      "Environment: production: This database is armed for another environment.",
    );

    const armed = await run("arm", "--yes");
    expect(armed).toMatchObject({ status: 0 });
    expect(armed.stdout).toContain("from the environment production (arming 5)");
    expect((await run("doctor")).stdout).toContain("ok       Environment: production, armed (5)");
  });

  test("takes the time as right after a leap", async () => {
    await app.database
      .adminDb("sending_control")
      .update({ time_paused_at: app.clock.now(), time_step_seconds: 7200 });
    const asked = await run("arm", "--time");
    expect(asked.status).toBe(1);
    expect(asked.stderr).toContain("It has jumped by 7200 seconds.");
    expect((await run("doctor")).stdout).toContain("FAULT    Clock:");
    expect((await run("arm", "--time", "--yes")).status).toBe(0);
    expect((await run("doctor")).stdout).toContain("ok       Clock:");
  });
});
