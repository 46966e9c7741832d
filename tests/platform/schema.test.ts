import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { DomainError } from "../../src/platform/errors.js";
import {
  country,
  day,
  line,
  moment,
  optional,
  parse,
  several,
  text,
  ticked,
  whole,
} from "../../src/platform/schema.js";

function fieldsOf(schema: z.ZodType, input: unknown): Record<string, string> {
  try {
    parse(schema, input);
  } catch (error) {
    if (error instanceof DomainError) return error.fields;
    throw error;
  }
  return {};
}

describe("what comes in", () => {
  it("is refused with the key of a sentence at each field", () => {
    const schema = z.object({ name: line(10), signatory: z.object({ title: line(5) }), country: country() });
    expect(fieldsOf(schema, { name: "", signatory: { title: "much too long" } })).toEqual({
      name: "errors.field.required",
      "signatory.title": "errors.field.too_long",
      country: "errors.field.choose_country",
    });
  });

  it("is refused whole when there is nothing", () => {
    expect(fieldsOf(z.object({ name: line(10) }), undefined)).toEqual({ name: "errors.field.required" });
  });

  it("may not forge a line of a log or a header", () => {
    expect(fieldsOf(z.object({ name: line(50) }), { name: "a\r\nBcc: b@example.org" })).toEqual({
      name: "errors.field.control_characters",
    });
  });

  it("keeps the lines of longer text, with one kind of line end", () => {
    expect(parse(text(100), " one\r\ntwo\rthree ")).toBe("one\ntwo\nthree");
  });

  it("counts an empty field as not given", () => {
    expect(parse(z.object({ quote: optional(text(20)) }), { quote: "" })).toEqual({ quote: undefined });
    expect(fieldsOf(z.object({ quote: optional(text(3)) }), { quote: "long" })).toEqual({
      quote: "errors.field.too_long",
    });
  });

  it("understands ticks, repeated fields and numbers of a form", () => {
    const schema = z.object({ ok: ticked(), codes: several(z.string()), count: whole(1, 50) });
    expect(parse(schema, { ok: "on", codes: "a", count: "10" })).toEqual({
      ok: true,
      codes: ["a"],
      count: 10,
    });
    expect(parse(schema, { codes: ["a", "b"], count: 5 })).toEqual({
      ok: false,
      codes: ["a", "b"],
      count: 5,
    });
    expect(fieldsOf(schema, { count: "51" })).toEqual({ count: "errors.field.number_range" });
    expect(fieldsOf(schema, { count: "ten" })).toEqual({ count: "errors.field.number" });
  });

  it.each(["2027-02-29", "2027-13-01", "14.6.2027", "2027-6-1", ""])("refuses %j as a day", (value) => {
    expect(fieldsOf(z.object({ on: day() }), { on: value })).toEqual({ on: "errors.field.date" });
  });

  it("takes real days and moments", () => {
    expect(parse(day(), "2028-02-29")).toBe("2028-02-29");
    expect(parse(moment(), "2027-06-14T11:00:00+02:00")).toEqual(new Date("2027-06-14T09:00:00Z"));
  });
});
