import { z } from "zod";
import type { ApiRoute } from "./frame.js";

type Json = Record<string, unknown>;

/** What the document says about the service as a whole. */
export interface ApiAbout {
  publicUrl: string;
  version: string;
}

const PROBLEM_SCHEMA = z
  .object({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe("For programs: `noun.problem`, never reworded."),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
  })
  .meta({ id: "Problem", description: "A refusal with its reason (RFC 9457)." });

/** The OpenAPI 3.1 document of the given routes, made from the very schemas that check requests and shape answers. */
export function openApiDocument(routes: readonly ApiRoute[], about: ApiAbout): Json {
  const components = new Components();
  components.write(PROBLEM_SCHEMA, "output");
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    (paths[route.path] as Json)[route.method] = operation(route, components);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Countersign",
      version: about.version,
      description:
        "The acts of the console, for scripts. Lists are `{items, next}`: pass `next` as `cursor` until it is null. " +
        "Times are ISO 8601 in UTC, ids are UUIDs. Send `row_version` as you last read it; a stale one answers 409.",
      license: { name: "AGPL-3.0-only", identifier: "AGPL-3.0-only" },
    },
    servers: [{ url: `${about.publicUrl}/api/v1` }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "Made in the console under API tokens, or with `countersign token create`.",
        },
      },
      schemas: components.schemas,
      responses: Object.fromEntries(
        Object.entries(PROBLEM_RESPONSES).map(([status, [name, description]]) => [
          name,
          problemResponse(status, description),
        ]),
      ),
    },
  };
}

const PROBLEM_RESPONSES: Record<string, readonly [string, string]> = {
  "401": ["Unauthenticated", "No bearer token, or one that is unknown or revoked."],
  "403": ["Forbidden", "The token lacks the scope."],
  "404": ["NotFound", "There is no such thing."],
  "409": [
    "Conflict",
    "The state of things does not allow it: a stale row_version, a taken name, a running request.",
  ],
  "413": ["TooLarge", "The body is larger than 256 kB."],
  "415": ["NotJson", "The body is not JSON."],
  "422": ["Invalid", "Something in the request does not fit; `errors` says what and where."],
  "429": ["Limited", "Too many requests; come back after `Retry-After` seconds."],
  "503": ["Unavailable", "The database does not answer; nothing was changed."],
};

function problemResponse(status: string, description: string): Json {
  return {
    description,
    ...(status === "429" || status === "503"
      ? { headers: { "Retry-After": { schema: { type: "integer" }, description: "Seconds." } } }
      : {}),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

function operation(route: ApiRoute, components: Components): Json {
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: [{ bearer: [route.permission] }],
    parameters: parameters(route, components),
    ...(route.upload || route.body ? { requestBody: requestBody(route, components) } : {}),
    responses: responses(route, components),
  };
}

/** `get` + `/signatures/{id}/transitions` → `getSignaturesByIdTransitions`. */
function operationId({ method, path }: ApiRoute): string {
  const words = path.split("/").map((part) => part.replace(/^\{(.+)\}$/, "by-$1"));
  return [method, ...words]
    .join("-")
    .replaceAll(/[-_]+([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

function parameters(route: ApiRoute, components: Components): Json[] {
  const inPath = parametersOf(route.params ?? z.object({}), "path", components);
  const inQuery = parametersOf(route.query, "query", components);
  if (route.method !== "post") return [...inPath, ...inQuery];
  const key = {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "The same key with the same request is answered once and the same for 24 hours; with another request 422, while the first one runs 409.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  };
  return [...inPath, ...inQuery, key];
}

function parametersOf(schema: z.ZodObject, place: "path" | "query", components: Components): Json[] {
  const { properties = {}, required = [] } = components.write(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function requestBody(route: ApiRoute, components: Components): Json {
  if (!route.upload) {
    return {
      required: true,
      content: { "application/json": { schema: components.write(route.body ?? z.object({}), "input") } },
    };
  }
  const fields = route.body
    ? (components.write(route.body, "input") as { properties?: Json; required?: string[] })
    : {};
  const properties = { file: { type: "string", format: "binary" }, ...fields.properties };
  const schema = { type: "object", properties, required: ["file", ...(fields.required ?? [])] };
  return { required: true, content: { "multipart/form-data": { schema } } };
}

function responses(route: ApiRoute, components: Components): Json {
  const done = route.answer
    ? {
        description: "Done.",
        content: {
          "application/json": { schema: components.write(route.answer, "output") },
          ...(route.csv ? { "text/csv": { schema: { type: "string" } } } : {}),
        },
      }
    : { description: "Done; there is nothing to say." };
  const writes = route.method !== "get";
  const problems = ["401", "403", "422", "429", "503"]
    .concat(route.params ? ["404"] : [])
    .concat(writes ? ["409"] : [])
    .concat(route.body || route.upload ? ["413", "415"] : [])
    .sort();
  const refs = problems.map((status): [string, Json] => [
    status,
    { $ref: `#/components/responses/${PROBLEM_RESPONSES[status]?.[0] ?? ""}` },
  ]);
  return { [String(route.status)]: done, ...Object.fromEntries(refs) };
}

/** Collects the schemas that have a name of their own (`.meta({ id })`) and points to them. */
class Components {
  readonly schemas: Record<string, unknown> = {};

  /** The schema written out, itself or its parts as references where they have a name. */
  write(schema: z.ZodType, io: "input" | "output"): Json {
    const {
      $schema: _dialect,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
    const suffix = io === "input" ? "Input" : "";
    for (const [name, definition] of Object.entries($defs as Record<string, Json>)) {
      this.schemas[`${name}${suffix}`] = rename(withoutId(definition), suffix);
    }
    return rename(withoutId(rest), suffix) as Json;
  }
}

function withoutId({ id: _id, ...rest }: Json): Json {
  return rest;
}

function rename(value: unknown, suffix: string): unknown {
  if (Array.isArray(value)) return value.map((each) => rename(each, suffix));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "$ref" && typeof inner === "string"
        ? `${inner.replace("#/$defs/", "#/components/schemas/")}${suffix}`
        : rename(inner, suffix),
    ]),
  );
}
