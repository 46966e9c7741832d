import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { Permission } from "../../domain/team/permission.js";
import type { Ctx } from "../../platform/context.js";
import type { CsvCell } from "../../platform/csv.js";
import { notFound } from "../../platform/errors.js";
import { pageQuery, parse } from "../../platform/schema.js";

/** The shape of an object without fields. */
type Empty = Record<string, never>;

/** The verbs of the API. */
export type ApiMethod = "get" | "post" | "put" | "patch" | "delete";

/** An answer as a table. */
export interface CsvTable {
  columns: readonly string[];
  rows: readonly (readonly CsvCell[])[];
}

/** What a handler gets of the request, checked. */
export interface ApiInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  /** The body after its schema's conversions. */
  body: z.output<B>;
  /** The body as it came, known to pass its schema: for a use case that parses the same command itself. */
  given: z.input<B>;
}

/** A route as it is written down: one place for checking, answering and documenting it. */
export interface ApiRouteDefinition<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  method: ApiMethod;
  /** Below `/api/v1`, parameters in braces: `/letters/{slug}/transitions`. */
  path: `/${string}`;
  /** The chapter of the document; the concept's plural. */
  tag: string;
  /** What it does, in a few words. */
  summary: string;
  /** More to know, in plain sentences. */
  description?: string;
  /** The scope a token needs; the use case asks for it again. */
  permission: Permission;
  params?: P;
  query?: Q;
  /** JSON body. Fields it does not name are refused. */
  body?: B;
  /** Reads a multipart upload instead of JSON (multer); the file is then `req.file`. */
  upload?: RequestHandler;
  /** What is answered: fields it does not name never go out. Without it the answer is 204. */
  answer?: A;
  /** The answer as a table, for those who ask with `Accept: text/csv`. */
  csv?: (answer: z.output<A>) => CsvTable;
  /** 200 unless given; 201 for what makes something. */
  status?: number;
  handler(ctx: Ctx, input: ApiInput<P, Q, B>, req: Request): Promise<z.input<A>>;
}

/** A route as the API mounts and documents it. */
export interface ApiRoute {
  method: ApiMethod;
  path: string;
  tag: string;
  summary: string;
  description: string | undefined;
  permission: Permission;
  params: z.ZodObject | undefined;
  query: z.ZodObject;
  body: z.ZodType | undefined;
  upload: RequestHandler | undefined;
  answer: z.ZodType | undefined;
  csv: ((answer: unknown) => CsvTable) | undefined;
  status: number;
  /** Checks the request, runs the handler and returns the answer with only its declared fields. */
  run(ctx: Ctx, req: Request): Promise<unknown>;
}

/** Defines a route of the API; the same schemas check the request, shape the answer and make the document. */
export function apiRoute<
  P extends z.ZodObject = z.ZodObject<Empty>,
  Q extends z.ZodObject = z.ZodObject<Empty>,
  B extends z.ZodType = z.ZodVoid,
  A extends z.ZodType = z.ZodVoid,
>(route: ApiRouteDefinition<P, Q, B, A>): ApiRoute {
  const query = (route.query ?? z.object({})).strict();
  const body = route.body instanceof z.ZodObject ? route.body.strict() : route.body;
  return {
    method: route.method,
    path: route.path,
    tag: route.tag,
    summary: route.summary,
    description: route.description,
    permission: route.permission,
    params: route.params,
    query,
    body,
    upload: route.upload,
    answer: route.answer,
    csv: route.csv as ApiRoute["csv"],
    status: route.status ?? (route.answer ? 200 : 204),
    run: async (ctx, req) => {
      const input = {
        params: route.params ? readParams(route.params, req.params) : {},
        query: parse(query, { ...req.query }),
        body: body ? parse(body, req.body) : undefined,
        given: (body ? (req.body ?? {}) : undefined) as unknown,
      };
      const answer = await route.handler(ctx, input as ApiInput<P, Q, B>, req);
      return route.answer ? route.answer.parse(answer) : undefined;
    },
  };
}

/** An address with a part that no thing of ours can have is an address of nothing. */
function readParams(schema: z.ZodObject, params: unknown): unknown {
  const result = schema.safeParse(params);
  if (!result.success) throw notFound("page.unknown");
  return result.data;
}

/** A moment in an answer: a Date goes out as ISO 8601 in UTC. */
export function time() {
  return z.preprocess((value) => (value instanceof Date ? value.toISOString() : value), z.iso.datetime());
}

/** A list in an answer: items of one kind, and the cursor of the next page (null on the last). */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** The query of a list: `cursor`, `limit`, and what it may be filtered by. */
export function listQuery<S extends z.core.$ZodLooseShape = Empty>(shape?: S) {
  return pageQuery.extend((shape ?? {}) as S);
}

/** What is answered when something was made: its id. */
export const made = z.object({ id: z.uuid() });
