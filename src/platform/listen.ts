import { Client } from "pg";
import { SECOND } from "./clock.js";
import type { Log } from "./log.js";

/** What a listener is told. */
export interface Hearing {
  /** Somebody said something on the channel. */
  heard(payload: string): void;
  /** From here on nothing is missed; what was said before, or while the connection was lost, was not heard. */
  began(): void;
  /** The connection is lost: what is said now is missed. */
  lost(): void;
}

/** A connection that listens until it is closed. */
export interface Listener {
  close(): Promise<void>;
}

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5 * SECOND;
const HEARTBEAT = 5 * SECOND;

/**
 * Listens on a channel (PostgreSQL's LISTEN) over a connection of its own, and begins again by itself after a loss,
 * waiting 0.25 s at first and 5 s at most. A heartbeat every 5 s finds out a server that is silent without having
 * hung up. `url` must lead to the server itself: a pooler in transaction mode does not carry LISTEN.
 */
export function listenOn(url: string, channel: string, hearing: Hearing, log: Log): Listener {
  let closed = false;
  let pause = FIRST_PAUSE;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  function later(work: () => void, wait: number): void {
    timer = setTimeout(work, wait);
    timer.unref();
  }

  function again(of: Client, error?: unknown): void {
    if (client !== of) return;
    client = undefined;
    clearTimeout(timer);
    // The socket is of no use any more; ending it politely could wait for a server that does not answer.
    of.end().catch(() => undefined);
    if (closed) return;
    log.warn({ err: error, channel }, "the listening connection was lost");
    hearing.lost();
    later(connect, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }

  function beat(of: Client): void {
    later(() => {
      of.query("select 1").then(
        () => client === of && beat(of),
        (error: unknown) => again(of, error),
      );
    }, HEARTBEAT);
  }

  function connect(): void {
    const next = new Client({
      connectionString: url,
      application_name: "countersign listener",
      connectionTimeoutMillis: 5 * SECOND,
      query_timeout: HEARTBEAT,
      keepAlive: true,
    });
    client = next;
    next.on("error", (error) => again(next, error));
    next.on("end", () => again(next));
    next.on("notification", ({ payload }) => hearing.heard(payload ?? ""));
    void begin(next);
  }

  async function begin(next: Client): Promise<void> {
    try {
      await next.connect();
      await next.query(`listen ${next.escapeIdentifier(channel)}`);
    } catch (error) {
      again(next, error);
    }
    if (client !== next) return;
    pause = FIRST_PAUSE;
    hearing.began();
    beat(next);
  }

  connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
