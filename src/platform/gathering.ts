/**
 * Many askers at once, few questions to the database: what arrives while a run is under way goes together into the
 * next one, and everybody gets the answer to their own item. Nobody waits on purpose: alone, an item goes at once.
 */

/** An item refused because too many wait already; the door says "come back later". */
export class TooManyWaiting extends Error {
  override name = "TooManyWaiting";
}

/** How items are gathered. */
export interface Gathering<T, R> {
  /** Does the work of several items, and answers one result each, in their order. */
  work(items: readonly T[]): Promise<readonly R[]>;
  /** Items of the same key never go in one run, so that the later one sees what became of the earlier; unset: all may. */
  key?(item: T): string;
  /** Runs at a time. */
  runs: number;
  /** Items a run. */
  size: number;
  /** Items that may wait; the next one is refused with TooManyWaiting. */
  waiting: number;
}

interface Waiting<T, R> {
  item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * Puts items together. Where a run of several fails, each of them is tried by itself, so that a bad one costs nobody
 * else their answer.
 */
export function gather<T, R>(how: Gathering<T, R>): (item: T) => Promise<R> {
  let queue: Waiting<T, R>[] = [];
  let running = 0;

  function take(): Waiting<T, R>[] {
    const keys = new Set<string>();
    const [batch, left]: [Waiting<T, R>[], Waiting<T, R>[]] = [[], []];
    for (const each of queue) {
      const key = how.key?.(each.item);
      const fits = batch.length < how.size && (key === undefined || !keys.has(key));
      (fits ? batch : left).push(each);
      if (key !== undefined) keys.add(key);
    }
    queue = left;
    return batch;
  }

  async function run(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await how.work(batch.map(({ item }) => item));
      batch.forEach((each, at) => each.resolve(results[at] as R));
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) return only?.reject(error);
      for (const each of batch) await run([each]);
    }
  }

  function start(): void {
    while (running < how.runs && queue.length > 0) {
      running += 1;
      void run(take()).finally(() => {
        running -= 1;
        start();
      });
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (queue.length >= how.waiting) return reject(new TooManyWaiting("too many wait already"));
      queue.push({ item, resolve, reject });
      start();
    });
}

/** One instance of something for each database, or whatever else it belongs to, made when it is first asked for. */
export function onePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}
