import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { apiRouteTable } from "../../../src/web/api/routes.js";
import { testApp, type TestApp } from "../../support/app.js";

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, object> };
}
interface Operation {
  operationId: string;
  security: { bearer: string[] }[];
  parameters: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

let app: TestApp;
let document: Document;

beforeAll(async () => {
  app = await testApp();
  const answer = await supertest(app.web).get("/api/v1/openapi.json").expect(200);
  document = answer.body as Document;
});
afterAll(() => app.close());

function everyObject(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(everyObject);
  if (typeof value !== "object" || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(everyObject)];
}

describe("the OpenAPI document", () => {
  it("is of version 3.1 and open to everyone", () => {
    expect(document.openapi).toBe("3.1.0");
  });

  it("holds every route that is served, and no other", () => {
    const served = apiRouteTable(app).map(({ method, path }) => `${method} ${path}`);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(served.sort());
    expect(new Set(served).size).toBe(served.length);
  });

  it("names the scope, the parameters and the answers of each act", () => {
    const ids = new Set<string>();
    for (const route of apiRouteTable(app)) {
      const operation = document.paths[route.path]?.[route.method];
      expect(operation?.security).toEqual([{ bearer: [route.permission] }]);
      expect(Object.keys(operation?.responses ?? {})).toEqual(
        expect.arrayContaining([String(route.status), "401", "403"]),
      );
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
      const given = (operation?.parameters ?? [])
        .filter((each) => each.in === "path")
        .map(({ name }) => name);
      expect(given.sort()).toEqual(inPath.sort());
      ids.add(operation?.operationId ?? "");
    }
    expect(ids.size).toBe(apiRouteTable(app).length);
  });

  it("points only to what it holds", () => {
    const refs = everyObject(document).flatMap((each) =>
      typeof each["$ref"] === "string" ? [each["$ref"]] : [],
    );
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      const [, , kind, name] = ref.split("/") as [string, string, "schemas" | "responses", string];
      expect([ref, name in document.components[kind]]).toEqual([ref, true]);
    }
  });

  it("says what each named thing is made of", () => {
    const empty = Object.entries(document.components.schemas).filter(([, schema]) => "$ref" in schema);
    expect(empty).toEqual([]);
    expect(document.components.schemas["Funnel"]).toMatchObject({
      type: "object",
      required: ["letter", "stages", "declined", "covered"],
      additionalProperties: false,
    });
  });

  it("promises no field beyond those it names", () => {
    const open = everyObject(document.components.schemas).filter(
      (each) => each["type"] === "object" && "properties" in each && each["additionalProperties"] !== false,
    );
    expect(open).toEqual([]);
  });

  it("is there for people too, without scripts", async () => {
    const answer = await supertest(app.web).get("/api/docs").expect(200);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.text).not.toContain("<script");
    for (const route of apiRouteTable(app)) {
      expect(answer.text).toContain(`${route.method.toUpperCase()} /api/v1${route.path}`);
    }
    for (const problem of ["invalid", "not_found", "conflict", "fault"]) {
      expect(answer.text).toContain(`id="${problem}"`);
    }
  });
});
