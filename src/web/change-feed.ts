import { listenOn } from "../platform/listen.js";
import type { Log } from "../platform/log.js";

/** What a web process knows of changes to public pages. */
export interface ChangeFeed {
  /** Whether changes are heard as they happen; while they are not, pages have to be asked for their mark. */
  readonly live: boolean;
  /**
   * A text that is another one after anything changed on the pages of this letter. Without a letter: after anything
   * changed on any page.
   */
  version(slug?: string): string;
}

/** A feed that is closed with its process. */
export interface OpenFeed extends ChangeFeed {
  close(): Promise<void>;
}

/** The channel on which triggers say which letter's pages changed (`*`: all of them). */
export const PUBLIC_CHANNEL = "countersign_public";

/**
 * Hears of changes from the database. After a lost connection everything counts as changed, since what was said
 * meanwhile was not heard.
 */
export function openChangeFeed(url: string, log: Log): OpenFeed {
  const counts = new Map<string, number>();
  let [all, any, live] = [0, 0, false];
  const hearing = {
    heard(slug: string) {
      any += 1;
      if (slug === "*") all += 1;
      else counts.set(slug, (counts.get(slug) ?? 0) + 1);
    },
    began() {
      all += 1;
      any += 1;
      live = true;
    },
    lost() {
      live = false;
    },
  };
  const listener = listenOn(url, PUBLIC_CHANNEL, hearing, log);
  return {
    get live() {
      return live;
    },
    version: (slug) => (slug === undefined ? `any ${any}` : `${all}.${counts.get(slug) ?? 0}`),
    close: () => listener.close(),
  };
}
