import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import { formatDate, formatNumber, loadMessages } from "../../src/platform/i18n.js";

const messages = loadMessages(path.join(packageRoot, "templates"));

const said = (signed: number) => messages.t("pt", "public.home.signed", { count: signed });

describe("Portuguese", () => {
  test.each(["pt", "pt-BR", "pt-PT"])("is what a reader who wishes for %s gets", (wish) => {
    expect(messages.match(wish)).toBe("pt");
  });

  test("writes days and numbers as in Brazil", () => {
    expect(formatDate("pt", "2027-06-14")).toBe("14 de junho de 2027");
    expect(formatNumber("pt", 1204)).toBe("1.204");
  });

  test("counts organisations in the singular and the plural", () => {
    expect([0, 1, 2].map(said)).toEqual([
      "Ninguém assinou ainda",
      "Uma organização assinou",
      "2 organizações assinaram",
    ]);
  });
});
