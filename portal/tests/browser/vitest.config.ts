import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "tests/browser/service.ts",
    include: ["tests/browser/*.test.ts"],
    // One program and two cores: files one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
