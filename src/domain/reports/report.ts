/** How many organisations came how far with a letter; each number holds all that came further. */
export interface Funnel {
  identified: number;
  approached: number;
  answered: number;
  said_yes: number;
  published: number;
  /** Of those that answered: how many stand by a no. */
  declined: number;
  /** Of all: how many an organisation above them covers, and have not said yes themselves. */
  covered: number;
}

/** The stages of the funnel, from the widest to the narrowest. */
export const FUNNEL_STAGES = ["identified", "approached", "answered", "said_yes", "published"] as const;

/** One stage of the funnel. */
export type FunnelStage = (typeof FUNNEL_STAGES)[number];

/** A line of the funnel: the number, and its share of the stage before and of all (0 to 1; null where there is none). */
export interface FunnelLine {
  stage: FunnelStage;
  organisations: number;
  share_of_previous: number | null;
  share_of_all: number | null;
}

/** The lines of a funnel with their shares. */
export function funnelLines(funnel: Funnel): FunnelLine[] {
  return FUNNEL_STAGES.map((stage, index) => {
    const before = FUNNEL_STAGES[index - 1];
    return {
      stage,
      organisations: funnel[stage],
      share_of_previous: before ? share(funnel[stage], funnel[before]) : null,
      share_of_all: share(funnel[stage], funnel.identified),
    };
  });
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** What stands out in a funnel, for its heading. */
export type FunnelFinding =
  | "nobody"
  | "not_approached"
  | "silence"
  | "refusal"
  | "silence_and_refusal"
  | "unpublished"
  | "most_said_yes";

/**
 * What is true and matters most: more than half not approached; else, where at least half of the approached did not say
 * yes, what took more of them; else more yeses waiting than public; else that most said yes.
 */
export function funnelFinding(figures: Funnel): FunnelFinding {
  const { identified, approached, answered, said_yes: yes, published, declined } = figures;
  if (identified === 0) return "nobody";
  if (approached * 2 < identified) return "not_approached";
  if (approached - yes >= yes) {
    const silent = approached - answered;
    if (silent === declined) return "silence_and_refusal";
    return silent > declined ? "silence" : "refusal";
  }
  return yes - published > published ? "unpublished" : "most_said_yes";
}

/** How often a reason was the main one. */
export interface ReasonCount {
  code: string;
  group: string;
  declines: number;
}

/** What stands out in the reasons, for the heading: the one that leads, several that share the lead, or nothing yet. */
export type ReasonFinding =
  { kind: "none" } | { kind: "leads"; code: string; declines: number } | { kind: "shared"; codes: string[] };

/** Which reason was named most often; `reasons` come most frequent first. */
export function reasonFinding(reasons: readonly ReasonCount[]): ReasonFinding {
  const first = reasons[0];
  if (!first || first.declines === 0) return { kind: "none" };
  const leaders = reasons.filter(({ declines }) => declines === first.declines);
  return leaders.length === 1
    ? { kind: "leads", code: first.code, declines: first.declines }
    : { kind: "shared", codes: leaders.map(({ code }) => code) };
}

/** A report as a table. */
export interface ReportTable {
  columns: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** The funnel as a table; shares from 0 to 1. */
export function funnelTable(stages: readonly FunnelLine[]): ReportTable {
  return {
    columns: ["stage", "organisations", "share_of_previous", "share_of_all"],
    rows: stages.map((line) => [line.stage, line.organisations, line.share_of_previous, line.share_of_all]),
  };
}

/** The reasons as a table. */
export function declineTable(reasons: readonly ReasonCount[]): ReportTable {
  return {
    columns: ["code", "group", "declines"],
    rows: reasons.map(({ code, group, declines }) => [code, group, declines]),
  };
}
