/** Tests run on the built files: what is tested is what ships. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/dist/tests"],
  testMatch: ["**/*.test.js"],
  transform: {},
  globalSetup: "<rootDir>/dist/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/dist/tests/support/global-teardown.js",
  testTimeout: 30_000,
  maxWorkers: 2,
  // Each file loads the program anew, and what it loaded is let go of late: a worker that has grown begins anew.
  workerIdleMemoryLimit: "1000MB",
};
