import { describe, expect, it } from "@jest/globals";
import {
  funnelFinding,
  funnelLines,
  reasonFinding,
  type Funnel,
  type ReasonCount,
} from "../../../src/domain/reports/report.js";

const none: Funnel = {
  identified: 0,
  approached: 0,
  answered: 0,
  said_yes: 0,
  published: 0,
  declined: 0,
  covered: 0,
};

function reason(code: string, declines: number): ReasonCount {
  return { code, group: "position", declines };
}

describe("the funnel", () => {
  it("gives each stage its share of the stage before and of all", () => {
    const lines = funnelLines({
      ...none,
      identified: 200,
      approached: 100,
      answered: 50,
      said_yes: 10,
      published: 5,
    });
    expect(lines.map((line) => [line.organisations, line.share_of_previous, line.share_of_all])).toEqual([
      [200, null, 1],
      [100, 0.5, 0.5],
      [50, 0.5, 0.25],
      [10, 0.2, 0.05],
      [5, 0.5, 0.025],
    ]);
  });

  it("has no shares where there is nobody", () => {
    for (const line of funnelLines(none)) expect(line.share_of_all).toBeNull();
  });

  it.each([
    ["nobody", none],
    ["not_approached", { ...none, identified: 100, approached: 20, answered: 5, said_yes: 2 }],
    ["silence", { ...none, identified: 100, approached: 90, answered: 20, said_yes: 10, declined: 10 }],
    ["refusal", { ...none, identified: 100, approached: 90, answered: 85, said_yes: 20, declined: 65 }],
    [
      "silence_and_refusal",
      { ...none, identified: 10, approached: 10, answered: 6, said_yes: 2, declined: 4 },
    ],
    ["unpublished", { ...none, identified: 100, approached: 95, answered: 90, said_yes: 80, published: 20 }],
    [
      "most_said_yes",
      { ...none, identified: 100, approached: 95, answered: 90, said_yes: 80, published: 70 },
    ],
  ] as const)("is headed by what stands out: %s", (finding, figures) => {
    expect(funnelFinding(figures)).toBe(finding);
  });
});

describe("the reasons of declines", () => {
  it("are headed by the one that leads, by those that share the lead, or by nothing yet", () => {
    expect(reasonFinding([])).toEqual({ kind: "none" });
    expect(reasonFinding([reason("timing", 3), reason("wording", 2)])).toEqual({
      kind: "leads",
      code: "timing",
      declines: 3,
    });
    expect(reasonFinding([reason("timing", 2), reason("wording", 2), reason("other", 1)])).toEqual({
      kind: "shared",
      codes: ["timing", "wording"],
    });
  });
});
