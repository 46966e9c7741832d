import { describe, expect, it } from "@jest/globals";
import { mayAnswer } from "../../../src/domain/invitations/invitation.js";

const AT = new Date("2027-03-01T09:00:00Z");

describe("whether a letter takes an answer", () => {
  it.each([
    ["open", "invitation", "open"],
    ["open", "public", "open"],
    ["gathering", "invitation", "open"],
    ["gathering", "public", "not_yet"],
    ["draft", "invitation", "not_yet"],
    ["paused", "invitation", "paused"],
    ["closed", "invitation", "closed"],
    ["delivered", "public", "closed"],
    ["removed", "invitation", "gone"],
    ["withdrawn_by_sponsor", "public", "gone"],
  ] as const)("%s, by %s: %s", (state, door, verdict) => {
    expect(mayAnswer({ state, closesAt: null }, door, AT)).toBe(verdict);
  });

  it("ends at its time, whether or not anybody has pressed the button", () => {
    expect(mayAnswer({ state: "open", closesAt: AT }, "public", AT)).toBe("closed");
    expect(mayAnswer({ state: "open", closesAt: new Date(AT.getTime() + 1) }, "public", AT)).toBe("open");
  });
});
