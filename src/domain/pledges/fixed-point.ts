/**
 * Which pledges hold together. Each says "we sign once N others have"; the greatest fixed point is the largest set of
 * pledges in which every condition is met by the firm signatures and by the set itself, so that two who wait for each
 * other can both sign. Any union of sets that hold together holds too, so there is one greatest (Knaster-Tarski).
 */

/** Whom a pledge waits for: a number in its own class, or some of a list of groups that was pinned with it. */
export type Condition =
  | { class: "any" | "sector" | "country"; count: number }
  | { class: "ten_largest"; count: number; peers: readonly string[] };

/** Who signs, as far as counting needs it. `root` names the group: whoever has the same root counts once. */
export interface Member {
  root: string;
  sector: string;
  country: string;
}

/** A pledge with the organisation that gave it. */
export interface Pledge extends Member {
  id: string;
  condition: Condition;
}

/** The groups of one class: how many members of each are still in, and how many groups that makes. */
class Tally {
  private readonly members = new Map<string, number>();

  /** Groups with at least one member. */
  get groups(): number {
    return this.members.size;
  }

  has(root: string): boolean {
    return this.members.has(root);
  }

  add(root: string): void {
    this.members.set(root, (this.members.get(root) ?? 0) + 1);
  }

  /** Whether the last member of this group has gone with it. */
  remove(root: string): boolean {
    const left = (this.members.get(root) ?? 0) - 1;
    if (left > 0) this.members.set(root, left);
    else this.members.delete(root);
    return left <= 0;
  }
}

/** The pledges that wait on one class, the most demanding last, so that those that fail are taken off the end. */
interface Queue {
  tally: Tally;
  waiting: Pledge[];
}

function keysOf({ sector, country }: Member): [string, string, string] {
  return ["any", `sector ${sector}`, `country ${country}`];
}

function keyOf(pledge: Pledge): string {
  const [any, sector, country] = keysOf(pledge);
  if (pledge.condition.class === "sector") return sector;
  return pledge.condition.class === "country" ? country : any;
}

/**
 * The ids of the pledges that hold together with the firm signatures: start with all, take away each whose condition
 * fails without its own group, until nothing changes. The order of the input makes no difference. Each pledge is taken
 * away at most once and looked at only when its own class has shrunk: n log n for the sorting, and ten steps for each
 * pledge that pins a list.
 */
export function greatestFixedPoint(firm: readonly Member[], pledges: readonly Pledge[]): Set<string> {
  const queues = new Map<string, Queue>();
  const queueAt = (key: string): Queue => {
    const known = queues.get(key);
    if (known) return known;
    const fresh: Queue = { tally: new Tally(), waiting: [] };
    queues.set(key, fresh);
    return fresh;
  };
  for (const member of [...firm, ...pledges]) {
    for (const key of keysOf(member)) queueAt(key).tally.add(member.root);
  }

  const standing = new Set<string>(pledges.map(({ id }) => id));
  const failed: Pledge[] = [];
  const fail = (pledge: Pledge): void => {
    if (standing.delete(pledge.id)) failed.push(pledge);
  };
  const lists = pinnedLists(queueAt("any").tally, pledges, fail);
  for (const pledge of pledges) {
    if (pledge.condition.class !== "ten_largest") queueAt(keyOf(pledge)).waiting.push(pledge);
  }
  for (const queue of queues.values()) {
    queue.waiting.sort((one, other) => one.condition.count - other.condition.count);
    settle(queue, fail);
  }

  for (let pledge = failed.pop(); pledge; pledge = failed.pop()) {
    for (const key of keysOf(pledge)) {
      const queue = queueAt(key);
      if (!queue.tally.remove(pledge.root)) continue;
      if (key === "any") lists.gone(pledge.root);
      settle(queue, fail);
    }
  }
  return standing;
}

/**
 * Takes off the end of a queue whoever needs more groups than there are besides its own. A pledge is in its own class
 * as long as it stands, so its own group is always one of those counted.
 */
function settle({ tally, waiting }: Queue, fail: (pledge: Pledge) => void): void {
  for (let last = waiting.at(-1); last && last.condition.count > tally.groups - 1; last = waiting.at(-1)) {
    waiting.pop();
    fail(last);
  }
}

/** The pledges that wait for groups of a pinned list, each with how many of them are in. */
function pinnedLists(all: Tally, pledges: readonly Pledge[], fail: (pledge: Pledge) => void) {
  const watchers = new Map<string, Pledge[]>();
  const present = new Map<string, number>();
  for (const pledge of pledges) {
    if (pledge.condition.class !== "ten_largest") continue;
    const peers = new Set(pledge.condition.peers);
    peers.delete(pledge.root);
    let here = 0;
    for (const peer of peers) {
      if (!all.has(peer)) continue;
      here += 1;
      const known = watchers.get(peer);
      if (known) known.push(pledge);
      else watchers.set(peer, [pledge]);
    }
    present.set(pledge.id, here);
    if (here < pledge.condition.count) fail(pledge);
  }
  return {
    /** A group has nobody left. */
    gone(root: string): void {
      for (const pledge of watchers.get(root) ?? []) {
        const here = (present.get(pledge.id) ?? 0) - 1;
        present.set(pledge.id, here);
        if (here < pledge.condition.count) fail(pledge);
      }
    },
  };
}

/** Whether a condition is met by those who have signed and those who would, without the pledge's own group. */
export function isMet(pledge: Pledge, others: readonly Member[]): boolean {
  const { condition } = pledge;
  const roots = new Set(
    others
      .filter((other) => condition.class !== "sector" || other.sector === pledge.sector)
      .filter((other) => condition.class !== "country" || other.country === pledge.country)
      .filter((other) => condition.class !== "ten_largest" || condition.peers.includes(other.root))
      .map(({ root }) => root),
  );
  roots.delete(pledge.root);
  return roots.size >= condition.count;
}
