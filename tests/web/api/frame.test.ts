import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import express, { type Express } from "express";
import supertest from "supertest";
import { z } from "zod";
import { listTokens, revokeApiToken } from "../../../src/domain/team/service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { conflict } from "../../../src/platform/errors.js";
import { line, whole } from "../../../src/platform/schema.js";
import { apiRoute, listOf, listQuery, made, time, type ApiRoute } from "../../../src/web/api/frame.js";
import { mountApi } from "../../../src/web/api/mount.js";
import { apiErrors } from "../../../src/web/api/problems.js";
import { requestLog } from "../../../src/web/middleware/request-log.js";
import { requireBearer } from "../../../src/web/middleware/bearer.js";
import { bearer, testApp, type TestApp } from "../../support/app.js";

let app: TestApp;
let web: Express;
let laid: string[] = [];
let hold: Promise<unknown> | undefined;

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** Routes of the test, so that the frame is tested and not the acts of a concept. */
const routes: ApiRoute[] = [
  apiRoute({
    method: "post",
    path: "/buoys",
    tag: "buoys",
    summary: "Lay a buoy",
    permission: "letters:write",
    body: z.object({ name: line(10), depth: whole(0, 100).optional() }),
    answer: made.extend({ name: z.string(), at: time() }),
    status: 201,
    handler: async (ctx, { body }) => {
      laid.push(body.name);
      await hold;
      if (body.name === "taken") throw conflict("letter.unknown");
      return { id: ID, name: body.name, at: ctx.clock.now(), secret: "never goes out" };
    },
  }),
  apiRoute({
    method: "get",
    path: "/buoys",
    tag: "buoys",
    summary: "List buoys",
    permission: "letters:read",
    query: listQuery({ colour: z.enum(["red", "green"]).optional() }),
    answer: listOf(z.object({ colour: z.string() })),
    handler: async (_ctx, { query }) => ({ items: [{ colour: query.colour ?? "any" }], next: null }),
  }),
  apiRoute({
    method: "delete",
    path: "/buoys/{id}",
    tag: "buoys",
    summary: "Lift a buoy",
    permission: "letters:write",
    params: z.object({ id: z.uuid() }),
    handler: async () => undefined,
  }),
  apiRoute({
    method: "get",
    path: "/broken",
    tag: "buoys",
    summary: "Answers something else than it says",
    permission: "letters:read",
    answer: made,
    handler: async () => ({ id: "not an id of ours" }),
  }),
];

beforeAll(async () => {
  app = await testApp();
  web = express();
  web.use(requestLog(app));
  web.use("/api/v1", requireBearer(app), mountApi(app, routes), apiErrors(app));
});
beforeEach(() => {
  laid = [];
  hold = undefined;
});
afterAll(() => app.close());

async function client(
  ...scopes: Parameters<typeof bearer>[1] & object
): Promise<ReturnType<typeof supertest.agent>> {
  return supertest.agent(web).set("Authorization", await bearer(app, scopes.length > 0 ? scopes : undefined));
}

describe("a bearer token", () => {
  it("is asked for, by name, when it is missing or wrong", async () => {
    const none = await supertest(web).get("/api/v1/buoys").expect(401);
    expect(none.headers["www-authenticate"]).toBe('Bearer realm="countersign"');
    expect(none.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(none.body).toMatchObject({ status: 401, code: "api.no_token", errors: [] });
    const wrong = await supertest(web)
      .get("/api/v1/buoys")
      .set("Authorization", "Bearer cs_wrong")
      .expect(401);
    expect(wrong.headers["www-authenticate"]).toContain('error="invalid_token"');
    expect(wrong.body).toMatchObject({ code: "api.wrong_token" });
    await supertest(web).get("/api/v1/buoys?access_token=cs_wrong").expect(401);
  });

  it("is refused once it has been revoked", async () => {
    const authorization = await bearer(app);
    const own = supertest.agent(web).set("Authorization", authorization);
    await own.get("/api/v1/buoys").expect(200);
    const [newest] = await listTokens(app.system);
    for (const token of await listTokens(app.system)) await revokeApiToken(app.system, token.id);
    expect(newest).not.toHaveProperty("token_hash");
    await own.get("/api/v1/buoys").expect(401);
  });

  it("may do what its scopes name and nothing else", async () => {
    const reader = await client("letters:read");
    await reader.get("/api/v1/buoys").expect(200);
    const refused = await reader.post("/api/v1/buoys").send({ name: "A" }).expect(403);
    expect(refused.headers["www-authenticate"]).toContain('scope="letters:write"');
    expect(refused.body).toMatchObject({ status: 403, code: "team.not_allowed", title: "Not allowed" });
    expect(laid).toEqual([]);
  });

  it("is kept as a hash only", async () => {
    const authorization = await bearer(app);
    const rows = await app.database.adminDb.raw<{ rows: { row: string }[] }>(
      "select row_to_json(t)::text as row from api_tokens t",
    );
    expect(JSON.stringify(rows.rows)).not.toContain(authorization.slice("Bearer ".length));
  });
});

describe("a request", () => {
  it("is answered with declared fields only", async () => {
    const answer = await (await client()).post("/api/v1/buoys").send({ name: " A " }).expect(201);
    expect(answer.body).toEqual({ id: ID, name: "A", at: app.clock.now().toISOString() });
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  it("is told each field that does not fit, in a sentence", async () => {
    const body = { name: "far too long a name", depth: "deep", admin: true };
    const answer = await (await client()).post("/api/v1/buoys").send(body).expect(422);
    expect(answer.body).toEqual({
      type: "http://127.0.0.1:8080/api/docs#invalid",
      title: "The request does not fit",
      status: 422,
      detail: app.messages.t("en", "errors.form.invalid"),
      code: "form.invalid",
      errors: [
        { field: "name", message: app.messages.t("en", "errors.field.too_long") },
        { field: "depth", message: app.messages.t("en", "errors.field.number") },
        { field: "admin", message: app.messages.t("en", "errors.field.unexpected") },
      ],
    });
  });

  it("takes no field that could reach behind an object", async () => {
    const own = await client();
    for (const body of [
      '{"name":"A","__proto__":{"admin":true}}',
      '{"name":"A","constructor":{"prototype":{}}}',
      '{"name":["A","B"]}',
      '{"name":{"$ne":""}}',
      "[]",
      '"A"',
      "{",
    ]) {
      const answer = await own.post("/api/v1/buoys").set("Content-Type", "application/json").send(body);
      expect([400, 422]).toContain(answer.status);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(laid).toEqual([]);
  });

  it("takes only the filters that are written down", async () => {
    const own = await client();
    await own.get("/api/v1/buoys?colour=red&limit=5").expect(200);
    await own.get("/api/v1/buoys?colour=blue").expect(422);
    await own.get("/api/v1/buoys?colour=red&colour=green").expect(422);
    await own.get("/api/v1/buoys?limit=201").expect(422);
    const unknown = await own.get("/api/v1/buoys?sort=name").expect(422);
    expect(unknown.body).toMatchObject({ errors: [{ field: "sort" }] });
  });

  it("must be JSON of at most 256 kB", async () => {
    const own = await client();
    const form = await own.post("/api/v1/buoys").type("form").send({ name: "A" }).expect(415);
    expect(form.body).toMatchObject({ code: "api.not_json", status: 415 });
    await own.post("/api/v1/buoys").set("Content-Type", "text/plain").send('{"name":"A"}').expect(415);
    await own
      .post("/api/v1/buoys")
      .send({ name: "x".repeat(300_000) })
      .expect(413);
    await own
      .post("/api/v1/buoys")
      .set("Content-Type", "application/json; charset=utf-8")
      .send('{"name":"A"}')
      .expect(201);
  });

  it("learns which addresses and methods there are", async () => {
    const own = await client();
    await own.get("/api/v1/boys").expect(404);
    await own.get("/api/v1/Buoys").expect(404);
    const wrong = await own.put("/api/v1/buoys").send({}).expect(405);
    expect(wrong.headers["allow"]).toBe("POST, GET, HEAD");
    expect(wrong.body).toMatchObject({ status: 405, code: "api.wrong_method" });
    await own.delete("/api/v1/buoys/7").expect(404);
    await own.delete(`/api/v1/buoys/${ID}`).expect(204);
  });

  it("never gets an answer that the document does not promise", async () => {
    const answer = await (await client()).get("/api/v1/broken").expect(500);
    expect(answer.body).toMatchObject({ status: 500, code: "service.fault" });
    expect(answer.text).not.toContain("not an id of ours");
    expect(answer.text).not.toContain("at ");
  });
});

function post(agent: ReturnType<typeof supertest.agent>, key: string, body: object): supertest.Test {
  return agent.post("/api/v1/buoys").set("Idempotency-Key", key).send(body);
}

describe("an Idempotency-Key", () => {
  it("gives the same request the same answer, byte for byte, and acts once", async () => {
    const own = await client();
    const first = await post(own, "k1", { name: "A" }).expect(201);
    app.clock.advance(1000);
    const again = await post(own, "k1", { name: "A" }).expect(201);
    expect(again.text).toBe(first.text);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(laid).toEqual(["A"]);
  });

  it("refuses another request with the same key", async () => {
    const own = await client();
    await post(own, "k1", { name: "A" }).expect(201);
    const other = await post(own, "k1", { name: "B" }).expect(422);
    expect(other.body).toMatchObject({ code: "idempotency.other_request" });
    expect(laid).toEqual(["A"]);
  });

  it("says so while the first request is still running", async () => {
    const own = await client();
    const gate = new EventEmitter();
    hold = once(gate, "open");
    const first = post(own, "k1", { name: "A" }).then((answer) => answer);
    while (laid.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await post(own, "k1", { name: "A" }).expect(409);
    expect(second.body).toMatchObject({ code: "idempotency.running" });
    gate.emit("open");
    expect((await first).status).toBe(201);
    await post(own, "k1", { name: "A" }).expect(201);
    expect(laid).toEqual(["A"]);
  });

  it("acts once for twenty requests at the same time", async () => {
    const own = await client();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(own, "k1", { name: "A" })));
    expect(laid).toEqual(["A"]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set(answers.some(({ status }) => status === 409) ? [201, 409] : [201]),
    );
  });

  it("is good for 24 hours, and each token has its own", async () => {
    const own = await client();
    await post(own, "k1", { name: "A" }).expect(201);
    await post(await client(), "k1", { name: "B" }).expect(201);
    app.clock.advance(DAY);
    await post(own, "k1", { name: "C" }).expect(201);
    expect(laid).toEqual(["A", "B", "C"]);
  });

  it("keeps a refusal by the state of things, but not one of the input", async () => {
    const own = await client();
    const first = await post(own, "k1", { name: "taken" }).expect(409);
    const again = await post(own, "k1", { name: "taken" }).expect(409);
    expect(again.text).toBe(first.text);
    expect(again.headers["content-type"]).toContain("application/problem+json");
    expect(laid).toEqual(["taken"]);
    await post(own, "k2", { name: "" }).expect(422);
    await post(own, "k2", { name: "A" }).expect(201);
    await post(own, "has space", { name: "A" }).expect(422);
  });

  it("keeps the answer sealed", async () => {
    await post(await client(), "k1", { name: "Visible" }).expect(201);
    const kept = await app.database.adminDb<{ answer: Buffer }>("idempotency_keys").select("answer");
    expect(kept.length).toBeGreaterThan(0);
    for (const { answer } of kept) expect(answer.toString("latin1")).not.toContain("Visible");
  });
});

describe("what a handler did before it failed", () => {
  it("is taken back together with the memory of the key", async () => {
    const fails = apiRoute({
      method: "post",
      path: "/fails",
      tag: "buoys",
      summary: "Fails half way",
      permission: "letters:write",
      answer: made,
      handler: async (ctx: Ctx) => {
        await ctx.db("tasks").insert({
          id: ID,
          kind: "other",
          due_at: ctx.clock.now(),
          created_at: ctx.clock.now(),
        });
        throw new Error("half way");
      },
    });
    const half = express();
    half.use(requestLog(app), requireBearer(app), mountApi(app, [fails]), apiErrors(app));
    const own = supertest.agent(half).set("Authorization", await bearer(app));
    await own.post("/fails").set("Idempotency-Key", "k9").expect(500);
    expect(await app.database.adminDb("tasks").where({ id: ID })).toEqual([]);
    expect(await app.database.adminDb("idempotency_keys").where({ key: "k9" })).toEqual([]);
  });
});
