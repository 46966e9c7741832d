import type { Express } from "express";
import supertest from "supertest";
import { buildApp, type App } from "../../src/app.js";
import { linkAddress } from "../../src/domain/links/service.js";
import { addStaff, createApiToken, signInLinkFor } from "../../src/domain/team/service.js";
import { PERMISSIONS, type Permission, type Role } from "../../src/domain/team/permission.js";
import { fixedClock, type FixedClock } from "../../src/platform/clock.js";
import type { Config } from "../../src/platform/config.js";
import type { Ctx } from "../../src/platform/context.js";
import { newId } from "../../src/platform/ids.js";
import { silentLog, type Log } from "../../src/platform/log.js";
import { createWeb } from "../../src/web/main.js";
import { memoryLogbook, type MemoryLogbook } from "./memory-logbook.js";
import { memoryMark } from "./memory-mark.js";
import { testDatabase, type TestDatabase } from "./database.js";

/** Monday morning, in the time of the demonstration letter. */
export const START = "2027-03-01T09:00:00Z";

/** The whole application on a database of its own, with a clock that stands still until moved. */
export interface TestApp extends App {
  clock: FixedClock;
  database: TestDatabase;
  web: Express;
  logbook: MemoryLogbook;
  /** A context of the system itself, which may do everything. */
  system: Ctx;
}

/** What a test brings itself. */
export interface TestAppOptions {
  config?: Partial<Config>;
  log?: Log;
}

/** Builds the application on a fresh clone of the test database; `close` lets go of both. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await testDatabase();
  const clock = fixedClock(START);
  const config: Config = {
    host: "127.0.0.1",
    port: 8080,
    publicUrl: "http://127.0.0.1:8080",
    databaseUrl: database.appUrl,
    databaseOwnerUrl: database.ownerUrl,
    dataDir: "/nonexistent",
    secretKey: "the secret key of the tests, long enough",
    smtpUrl: undefined,
    mailFrom: "Low Orbit Stewardship Forum <letters@forum.example>",
    imapUrl: undefined,
    bounceDomain: undefined,
    dkim: undefined,
    trustProxy: [],
    logLevel: "silent",
    demo: false,
    rateLimits: false,
    unsafeTestDb: true,
    ...options.config,
  };
  const mark = memoryMark();
  const logbook = memoryLogbook();
  const app = buildApp(config, database, {
    clock,
    log: options.log ?? silentLog(),
    db: database.db,
    mark,
    logbook,
  });
  const empty = database.clean;
  database.clean = async () => {
    await empty();
    mark.forget();
  };
  const closeApp = app.close.bind(app);
  return Object.assign(app, {
    clock,
    database,
    logbook,
    web: createWeb(app),
    system: app.ctx({ kind: "system", name: "test" }),
    close: async () => {
      await closeApp();
      await database.close();
    },
  });
}

/** A browser without scripts: keeps cookies, and says with each form that it comes from our own pages. */
export function browser(app: TestApp): ReturnType<typeof supertest.agent> {
  return supertest.agent(app.web).set("Sec-Fetch-Site", "same-origin");
}

let people = 0;

/** Adds a staff member, for all letters or those listed, and signs them in with their link. */
export async function signedIn(
  app: TestApp,
  role: Role = "admin",
  letters?: readonly string[],
): Promise<ReturnType<typeof browser>> {
  people += 1;
  const email = `${role}-${people}@forum.example`;
  await addStaff(app.system, { email, name: `Ines Falk ${people}`, role, letters });
  const invited = await signInLinkFor(app.system, { email });
  if (!invited) throw new Error("the staff member was not found again");
  const visitor = browser(app);
  const address = new URL(linkAddress(app.system, invited.link)).pathname;
  await visitor.post(address).expect(303);
  return visitor;
}

/** The context of a staff member of this role, for calling use cases directly. */
export async function staffCtx(app: TestApp, role: Role = "admin"): Promise<Ctx> {
  people += 1;
  const name = `Ines Falk ${people}`;
  const { id } = await addStaff(app.system, { email: `${role}-${people}@forum.example`, name, role });
  return app.ctx({ kind: "staff", id, name, role });
}

/** An API token with these scopes, all of them unless named, as the value of an Authorization header. */
export async function bearer(
  app: TestApp,
  scopes: readonly Permission[] = PERMISSIONS,
  letters?: readonly string[],
): Promise<string> {
  const { token } = await createApiToken(app.system, { name: "test", scopes: [...scopes], letters });
  return `Bearer ${token}`;
}

/** The same colleague by way of a token they made, with the scope to write mails. */
export function tokenOf(app: TestApp, staff: Ctx): Ctx {
  const madeBy = staff.actor.kind === "staff" ? staff.actor.id : null;
  return app.ctx({
    kind: "token",
    id: newId(app.clock),
    name: "crm",
    scopes: ["outreach:write", "messages:read"],
    madeBy,
  });
}
