// Puts the command into node_modules/.bin, where npx looks first. With a "bin" entry in package.json instead, npx would
// install the package into its own cache on each machine, building it once more under the feet of a running server.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "..", "node_modules", ".bin");
mkdirSync(folder, { recursive: true });
rmSync(path.join(folder, "countersign"), { force: true });
symlinkSync(path.join("..", "..", "bin", "countersign.js"), path.join(folder, "countersign"));
