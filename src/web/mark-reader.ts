import type { LetterMark } from "../domain/publication/views.js";
import type { Log } from "../platform/log.js";

interface Read {
  value: LetterMark | undefined;
  at: number;
}

/**
 * Reads the change marks of letters, one query at a time for each. A mark older than `freshFor` milliseconds is read
 * again beside the requests it still answers; one of twice that age answers nothing any more.
 */
export function markReader(
  mark: (slug: string) => Promise<LetterMark | undefined>,
  log: Log,
  freshFor: number,
): {
  read(slug: string): Promise<LetterMark | undefined>;
  recent(slug: string): Read | undefined;
} {
  const reads = new Map<string, Read>();
  const running = new Map<string, Promise<LetterMark | undefined>>();

  async function query(slug: string): Promise<LetterMark | undefined> {
    const at = performance.now();
    const value = await mark(slug);
    if (value) reads.set(slug, { value, at });
    return value;
  }
  function read(slug: string): Promise<LetterMark | undefined> {
    if (freshFor === 0) return mark(slug);
    const found = running.get(slug) ?? query(slug).finally(() => running.delete(slug));
    running.set(slug, found);
    return found;
  }
  function recent(slug: string): Read | undefined {
    const known = reads.get(slug);
    const age = known ? performance.now() - known.at : Infinity;
    if (age >= 2 * freshFor) return undefined;
    if (age >= freshFor) read(slug).catch((error: unknown) => log.warn({ err: error }, "no change mark"));
    return known;
  }
  return { read, recent };
}
