import type { Express } from "express";

/** A route as it is registered. */
export interface Registered {
  /** In capitals; `ALL` for routes that take every method. */
  method: string;
  /** As Express writes it: `/letters/:slug`. */
  path: string;
}

interface Layer {
  rawPath: string | readonly string[] | RegExp;
  route?: { path: string | readonly string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every route of the web door, found in the router itself, so that none can be forgotten. */
export function registeredRoutes(web: Express): Registered[] {
  return walk((web.router as unknown as { stack: Layer[] }).stack, "");
}

function walk(stack: readonly Layer[], prefix: string): Registered[] {
  return stack.flatMap(({ rawPath, route, handle }) => {
    if (route) {
      const methods = Object.keys(route.methods).map((method) =>
        method === "_all" ? "ALL" : method.toUpperCase(),
      );
      return [route.path]
        .flat()
        .flatMap((path) => methods.map((method) => ({ method, path: join(prefix, path) })));
    }
    if (!handle.stack) return [];
    return [rawPath].flat().flatMap((path) => {
      if (typeof path !== "string")
        throw new Error(`a router is mounted at ${String(path)}, which can't be walked`);
      return walk(handle.stack ?? [], join(prefix, path));
    });
  });
}

function join(prefix: string, path: string): string {
  const inner = path === "/" ? "" : path;
  return prefix === "/" ? inner || "/" : prefix + inner || "/";
}
