import type { ApiRoute } from "./frame.js";

type Json = Record<string, unknown>;

/** One field in a table of the documentation page. */
export interface DocField {
  name: string;
  type: string;
  required: boolean;
  place: string;
}

/** One act on the documentation page. */
export interface DocAct {
  id: string;
  verb: string;
  path: string;
  summary: string;
  description: string;
  scope: string;
  asks: DocField[];
  status: number;
  answers: string;
  fields: DocField[];
  /** Whether the answer is a list of what `fields` describe. */
  many: boolean;
}

/** What the documentation page shows: chapters of acts, and what a refusal may be. */
export interface DocPage {
  chapters: { id: string; title: string; acts: DocAct[] }[];
  problems: { kind: string; status: number; words: string }[];
}

/** The kinds of refusal; `type` of a problem points to them. */
const PROBLEMS: DocPage["problems"] = [
  { kind: "unauthenticated", status: 401, words: "No token, or one that is unknown or revoked." },
  { kind: "forbidden", status: 403, words: "The token lacks the scope." },
  { kind: "not_found", status: 404, words: "There is no such thing, or no such address." },
  {
    kind: "conflict",
    status: 409,
    words: "The state of things does not allow it: a stale row_version, a taken name.",
  },
  { kind: "gone", status: 410, words: "It was here once and is over." },
  { kind: "invalid", status: 422, words: "Something in the request does not fit. Also 405, 413 and 415." },
  {
    kind: "limited",
    status: 429,
    words: "Too many requests. Retry-After says in how many seconds to come back.",
  },
  { kind: "fault", status: 500, words: "Something failed on our side and has been recorded." },
  {
    kind: "unavailable",
    status: 503,
    words: "The database does not answer; nothing was changed. Try again later.",
  },
];

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

/** Turns the OpenAPI document into a page for people; nothing is said there that the document does not say. */
export function docPage(routes: readonly ApiRoute[], document: Json): DocPage {
  const chapters = new Map<string, DocAct[]>();
  for (const route of routes) {
    const paths = document["paths"] as Record<string, Record<string, Operation>>;
    const operation = paths[route.path]?.[route.method];
    if (!operation) throw new Error(`${route.method} ${route.path} is missing in the document`);
    chapters.set(route.tag, [...(chapters.get(route.tag) ?? []), act(route, operation, document)]);
  }
  return {
    chapters: [...chapters].map(([title, acts]) => ({ id: title.replaceAll(/\W+/g, "-"), title, acts })),
    problems: PROBLEMS,
  };
}

function act(route: ApiRoute, operation: Operation, document: Json): DocAct {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const answer = Object.values(operation.responses[String(route.status)]?.content ?? {})[0]?.schema;
  return {
    id: operation.operationId,
    verb: route.method.toUpperCase(),
    path: `/api/v1${route.path}`,
    summary: route.summary,
    description: route.description ?? "",
    scope: route.permission,
    asks: [
      ...operation.parameters.map(({ name, in: place, required, schema }) => ({
        name,
        type: typeName(schema),
        required,
        place: place === "header" ? "header" : place === "path" ? "address" : "query",
      })),
      ...(body ? fieldsOf(body, document, "body") : []),
    ],
    status: route.status,
    answers: answer ? answerName(answer, document) : "nothing",
    fields: answer ? fieldsOf(answerItem(answer, document), document, "answer") : [],
    many: answer !== undefined && answerItem(answer, document) !== answer,
  };
}

/** A list answers with its items; those are what a reader wants to know of. */
function answerItem(schema: Json, document: Json): Json {
  const properties = resolve(schema, document)["properties"] as Record<string, Json> | undefined;
  const items = properties?.["items"];
  return items && properties["next"] ? (items["items"] as Json) : schema;
}

function answerName(answer: Json, document: Json): string {
  const item = answerItem(answer, document);
  return item === answer ? typeName(answer) : `a page of a list of ${typeName(item)}`;
}

function resolve(schema: Json, document: Json): Json {
  const ref = schema["$ref"];
  if (typeof ref !== "string") return schema;
  const components = document["components"] as { schemas: Record<string, Json> };
  return components.schemas[ref.split("/").at(-1) ?? ""] ?? {};
}

function fieldsOf(schema: Json, document: Json, place: string): DocField[] {
  const { properties = {}, required = [] } = resolve(schema, document) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeName(property),
    required: required.includes(name),
    place,
  }));
}

/** A schema in a few words: `text`, `list of Letter`, `one of open, closed`. */
export function typeName(schema: Json): string {
  const { $ref: ref, anyOf, enum: values, type, format, items } = schema;
  if (typeof ref === "string") return ref.split("/").at(-1) ?? "";
  if (Array.isArray(anyOf)) return (anyOf as Json[]).map(typeName).join(" or ");
  if (Array.isArray(values)) return `one of ${values.join(", ")}`;
  if ("const" in schema) return String(schema["const"]);
  if (type === "array") return `list of ${typeName((items ?? {}) as Json)}`;
  if (type === "string") return typeof format === "string" ? `text (${format})` : "text";
  if (type === "integer") return "whole number";
  return typeof type === "string" ? type : "anything";
}
