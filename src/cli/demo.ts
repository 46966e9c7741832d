import { seedDemo } from "../demo/seed.js";
import { CommandError, note, type Command } from "./command.js";
import { withApp } from "./session.js";

/** `demo`: fills a database without letters with the invented demonstration. */
export const demoCommand: Command = {
  name: "demo",
  usage: "",
  summary: "Fill an empty database with the invented demonstration",
  takes: [0, 0],
  run: () =>
    withApp(async (app) => {
      if (!(await seedDemo(app))) {
        throw new CommandError(
          "There is a letter already. The demonstration goes into an empty database only.",
        );
      }
      note("The demonstration is there.");
    }),
};
