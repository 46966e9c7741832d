import { describe, expect, test } from "@jest/globals";
import { assert, boolean, constantFrom, property, uuid } from "fast-check";
import { envelopeSender, readVerp, type ReturnPath } from "../../../src/domain/mail/verp.js";
import { parseEmail } from "../../../src/platform/email-address.js";
import { createKeys } from "../../../src/platform/tokens.js";

const keys = createKeys("the secret key of the tests, long enough");
const others = createKeys("the secret key of somebody else, long enough");
const domain: ReturnPath = {
  fromEmail: "letters@forum.example",
  bounceDomain: "bounce.forum.example",
  foreignEnvelope: true,
};
const plus: ReturnPath = { ...domain, bounceDomain: null };
const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

describe("a delivery report finds its message by the envelope sender", () => {
  test("whichever message it is, by the bounce domain or by plus-addressing, and whatever its case", () => {
    assert(
      property(uuid(), constantFrom(domain, plus), boolean(), (id, path, isShouted) => {
        const sender = envelopeSender(keys, path, id);
        expect(parseEmail(sender)).toBe(sender);
        expect(sender.split("@")[0]!.length).toBeLessThanOrEqual(64);
        expect(readVerp(keys, isShouted ? `<${sender.toUpperCase()}>` : sender)).toBe(id);
      }),
    );
  });

  test("which says nothing to others: the id is authenticated", () => {
    const sender = envelopeSender(keys, domain, ID);
    expect(readVerp(others, sender)).toBeUndefined();
    const local = sender.split("@")[0]!;
    for (let place = 2; place < local.length; place += 1) {
      const letter = local[place] === "a" ? "b" : "a";
      const forged = `${local.slice(0, place)}${letter}${local.slice(place + 1)}@bounce.forum.example`;
      expect([forged, readVerp(keys, forged)]).toEqual([forged, undefined]);
    }
  });

  test.each(["", "letters@forum.example", "b-@x.example", "letters+b-abc-def@forum.example", "<>", "b-"])(
    "but %j is nothing of ours",
    (address) => expect(readVerp(keys, address)).toBeUndefined(),
  );
});

test("where the provider allows its own address only, that is the envelope sender", () => {
  expect(envelopeSender(keys, { ...domain, foreignEnvelope: false }, ID)).toBe("letters@forum.example");
});

test("a mailbox whose name leaves no room for an id keeps its plain address", () => {
  const fromEmail = `${"a".repeat(40)}@forum.example`;
  expect(envelopeSender(keys, { ...plus, fromEmail }, ID)).toBe(fromEmail);
  expect(readVerp(keys, fromEmail)).toBeUndefined();
});
