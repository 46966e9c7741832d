import { describe, expect, it } from "@jest/globals";
import { fixedClock } from "../../src/platform/clock.js";
import { isUuid, newId } from "../../src/platform/ids.js";
import { createKeys, hashToken, randomToken } from "../../src/platform/tokens.js";

const keys = createKeys("a secret key of the tests, long enough");

describe("secrets of links", () => {
  it("are the same each time for the same row, so that they need not be kept", () => {
    expect(keys.token("confirm", "row", 1)).toBe(keys.token("confirm", "row", 1));
    expect(keys.token("confirm", "row", 1)).toMatch(/^[\w-]{43}$/);
  });

  it("differ for another purpose, row, generation or key", () => {
    const one = keys.token("confirm", "row", 1);
    expect(keys.token("invitation", "row", 1)).not.toBe(one);
    expect(keys.token("confirm", "other", 1)).not.toBe(one);
    expect(keys.token("confirm", "row", 2)).not.toBe(one);
    expect(createKeys("another secret key, just as long as it").token("confirm", "row", 1)).not.toBe(one);
  });

  it("are known by their hash", () => {
    const token = randomToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(hashToken(token)).toHaveLength(32);
    expect(hashToken(token)).toEqual(hashToken(token));
    expect(hashToken(token)).not.toEqual(hashToken(randomToken()));
  });
});

describe("hashes of addresses", () => {
  it("are alike however the address is written, and mean nothing without the key", () => {
    expect(keys.addressHash(" Ana@Example.org ")).toEqual(keys.addressHash("ana@example.org"));
    expect(keys.addressHash("ana@example.org")).toHaveLength(32);
    expect(createKeys("another secret key, just as long as it").addressHash("ana@example.org")).not.toEqual(
      keys.addressHash("ana@example.org"),
    );
  });
});

describe("identifiers", () => {
  it("are ordered by the clock they were made with", () => {
    const clock = fixedClock("2027-03-01T09:00:00Z");
    const first = newId(clock);
    clock.advance(1);
    const second = newId(clock);
    expect(isUuid(first)).toBe(true);
    expect(first < second).toBe(true);
    expect(first[14]).toBe("7");
  });

  it("are told from other text", () => {
    expect(isUuid("../../etc/passwd")).toBe(false);
    expect(isUuid("")).toBe(false);
  });
});
