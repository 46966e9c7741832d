import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { addStaff, changeStaff, createApiToken } from "../../src/domain/team/service.js";
import type { Role } from "../../src/domain/team/permission.js";
import { newId } from "../../src/platform/ids.js";
import { addressesOf, type Addresses } from "../support/addresses.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { campaign } from "../support/campaign.js";
import { registeredRoutes } from "../support/routes.js";
import { scene, type Scene } from "../support/scene.js";

const MINE = "a-draft";
const THEIRS = "keep-orbit-usable";
const ROLES: readonly Role[] = ["editor", "outreach", "reviewer", "viewer"];
/** The parts of addresses under which objects of all letters, or of none, stand: whoever may, may. */
const SHARED =
  /^\/(console|api\/v1)\/(organisations|contacts|countries|templates|segments|suppressions|mailboxes|imports|staff|tokens|groups|domains|merges|bulk|bulk-invalidations|reasons|screening|site|sign-in|mail|inbox\/readers)\b/;

let app: TestApp;
let place: Scene;
let addresses: (pattern: string) => Addresses;
let people: { role: Role; visitor: ReturnType<typeof browser> }[];
let token: string;
/** Ids that the scene does not name, by the part of the address they stand under. */
let more: Record<string, string>;

beforeAll(async () => {
  app = await testApp();
  place = await scene(app);
  addresses = addressesOf(app, place);
  people = await Promise.all(
    ROLES.map(async (role) => ({ role, visitor: await signedIn(app, role, [MINE]) })),
  );
  token = await bearer(app, undefined, [MINE]);
  const officer = (await app.db("signature_officers").first("id")) as { id: string };
  const holds = { id: newId(app.clock), scope: "letter", created_at: app.clock.now() };
  const letter = (await app.db("letters").where({ slug: THEIRS }).first("id")) as { id: string };
  await app.database.adminDb("outreach_holds").insert({ ...holds, subject_id: letter.id });
  // Questions to a signatory and the like go by the id of the entry.
  more = { officers: officer.id, holds: holds.id };
});
afterAll(() => app.close());

/** Routes with an object in their address that belongs to a letter, with that address. */
async function ofTheOtherLetter(
  door: "/console" | "/api/v1",
): Promise<{ method: string; address: string }[]> {
  const routes = registeredRoutes(app.web).filter(
    ({ method, path }) =>
      method !== "ALL" && path.startsWith(door) && path.includes(":") && !SHARED.test(path),
  );
  return routes.map(({ method, path }) => ({ method, address: addressOf(path) }));
}

/** Where an address has several parameters, the letter's is enough: the rest of it can't be there either. */
function addressOf(path: string): string {
  const section = path.split("/:id")[0]?.split("/").at(-1) ?? "";
  if ((path.match(/:\w+/g) ?? []).length === 1 && more[section] === undefined) {
    return known(path) ?? path.replace(/:\w+/, String(place.ids["signatures"]));
  }
  const id = more[section];
  if (id !== undefined) return path.replace(":id", id);
  return path.replace(":slug", THEIRS).replaceAll(/:\w+/g, "01890a5d-ac96-774b-bcce-b302099a8057");
}

function known(path: string): string | undefined {
  try {
    return addresses(path).real[0];
  } catch {
    return undefined;
  }
}

async function ask(
  address: string,
  method: string,
  visitor = browser(app),
  authorization = "",
): Promise<number> {
  const verb = method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";
  const request = visitor[verb](address);
  if (authorization) void request.set("Authorization", authorization).set("Accept", "application/json");
  return (await request.send(verb === "get" || verb === "delete" ? undefined : {})).status;
}

describe("somebody who is there for one letter", () => {
  it("gets 404 on every page and act of the console that names something of another letter", async () => {
    const routes = await ofTheOtherLetter("/console");
    expect(routes.length).toBeGreaterThan(60);
    const wrong: string[] = [];
    for (const { method, address } of routes) {
      for (const { role, visitor } of people) {
        const status = await ask(address, method, visitor);
        if (status !== 404) wrong.push(`${role} ${method} ${address}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it("gets 404 on every route of the API that names something of another letter", async () => {
    const routes = await ofTheOtherLetter("/api/v1");
    expect(routes.length).toBeGreaterThan(40);
    const wrong: string[] = [];
    for (const { method, address } of routes) {
      const status = await ask(address, method, undefined, token);
      if (status !== 404) wrong.push(`${method} ${address}: ${status}`);
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it("opens every page without an object, and reads the other letter's name on none of them", async () => {
    const pages = registeredRoutes(app.web).filter(
      ({ method, path }) => method === "GET" && path.startsWith("/console") && !path.includes(":"),
    );
    const seen: string[] = [];
    for (const { path } of pages) {
      for (const { role, visitor } of people) {
        const { status, text } = await visitor.get(path);
        if (status >= 500 || (text ?? "").includes(THEIRS)) seen.push(`${role} ${path}: ${status}`);
      }
    }
    expect(seen).toEqual([]);
  }, 120_000);

  it("lists nothing of the other letter by the API", async () => {
    const lists = registeredRoutes(app.web).filter(
      ({ method, path }) => method === "GET" && path.startsWith("/api/v1/") && !path.includes(":"),
    );
    const seen: string[] = [];
    for (const { path } of lists) {
      if (path.endsWith("openapi.json")) continue;
      const { status, text } = await supertest(app.web).get(path).set("Authorization", token);
      if (status >= 500 || text.includes(THEIRS) || text.includes(String(place.ids["signatures"]))) {
        seen.push(`${path}: ${status}`);
      }
    }
    expect(seen).toEqual([]);
  });

  it("takes the other letter along in no export", async () => {
    const outreach = people.find(({ role }) => role === "outreach")?.visitor ?? browser(app);
    for (const list of ["signatories", "declines"]) {
      const { status, text } = await outreach.post(`/console/export/${list}.csv`).send({});
      if (status === 404) continue;
      expect(text).not.toContain(THEIRS);
    }
    const entries = await outreach.post("/console/signatures/export").type("form").send({});
    expect([entries.status, entries.text.includes("Tidewater")]).toEqual([200, false]);
  });

  it("sees an organisation that all letters share, without what it answered to the other letter", async () => {
    const visitor = people.find(({ role }) => role === "viewer")?.visitor ?? browser(app);
    const { text } = await visitor.get(`/console/organisations/${place.ids["organisations"]}`).expect(200);
    expect(text).toContain("Rimfrost Thermal Oy");
    expect(text).not.toContain(THEIRS);
    expect(text).not.toContain(`/console/review/${place.ids["review"]}`);
  });

  it("finds and works on what is of the own letter", async () => {
    const rows = campaign(app);
    const letter = (await app.db("letters").where({ slug: MINE }).first("id")) as { id: string };
    const signature = await rows.signature(letter.id, await rows.organisation("Own Letter Optics"), {
      display_name: "Own Letter Optics",
      state: "in_review",
      published_at: null,
    });
    const reviewer = people.find(({ role }) => role === "reviewer")?.visitor ?? browser(app);
    expect((await reviewer.get("/console/review").expect(200)).text).toContain("Own Letter Optics");
    await reviewer.get(`/console/review/${signature}`).expect(200);
    await reviewer.post(`/console/review/${signature}/claim`).type("form").send({}).expect(303);
    await reviewer
      .post(`/console/review/${signature}/accept`)
      .type("form")
      .send({})
      .expect((res) => {
        expect(res.status).toBeLessThan(500);
      });
  });

  it("is refused what acts on all letters at once", async () => {
    const editor = people.find(({ role }) => role === "editor")?.visitor ?? browser(app);
    await editor.get("/console/site").expect(403);
    const outreach = people.find(({ role }) => role === "outreach")?.visitor ?? browser(app);
    await outreach.get("/console/imports").expect(403);
  });
});

describe("the letters of a colleague", () => {
  it("are all of them for an administrator: the database refuses anything else", async () => {
    const admin = { email: "only-one@forum.example", role: "admin" as const };
    await expect(addStaff(app.system, { ...admin, letters: [MINE] })).rejects.toMatchObject({
      code: "team.admin_letters",
    });
    const { id } = await addStaff(app.system, admin);
    await expect(app.database.adminDb("staff").where({ id }).update({ all_letters: false })).rejects.toThrow(
      "staff_admin_letters_check",
    );
    const [letter] = await app.db("letters").pluck<string[]>("id");
    await expect(
      app.database.adminDb("staff_letters").insert({ staff_id: id, letter_id: letter }),
    ).rejects.toThrow("staff_letters_staff_fkey");
  });

  it("can be changed by an administrator, who has to choose one at least, and the change ends their session", async () => {
    const admin = await signedIn(app);
    const { id } = await addStaff(app.system, { email: "mover@forum.example", role: "viewer" });
    const page = `/console/staff/${id}`;
    await admin.post(page).type("form").send({ row_version: 1, role: "viewer", reach: "listed" }).expect(422);
    const change = { row_version: 1, role: "viewer", reach: "listed", letters: MINE };
    await admin.post(page).type("form").send(change).expect(303);
    expect((await admin.get("/console/staff")).text).toContain(MINE);
    await changeStaff(app.system, id, { row_version: 2, role: "admin" });
    expect(await app.db("staff_letters").where({ staff_id: id })).toEqual([]);
  });

  it("are checked: a letter that does not exist is refused", async () => {
    await expect(
      createApiToken(app.system, { name: "t", scopes: ["letters:read"], letters: ["no-such-letter"] }),
    ).rejects.toMatchObject({ code: "team.unknown_letter" });
  });
});

describe("the database of some letters", () => {
  it("has a view for each table that says which letter it is about", async () => {
    const missing = await app.database.adminDb.raw<{ rows: { name: string }[] }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'letter_id'
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped
         and not exists (select from pg_class v where v.relnamespace = 'by_letter'::regnamespace and v.relname = c.relname)`,
    );
    expect(missing.rows).toEqual([]);
  });

  it("shows nothing at all where no letters are named", async () => {
    const none = app.ctx({ kind: "staff", id: "x", name: "x", role: "viewer", letters: [] });
    expect(await none.db("letters")).toEqual([]);
    expect(await none.db("signatures")).toEqual([]);
    expect((await none.db("organisations")).length).toBeGreaterThan(0);
  });
});
