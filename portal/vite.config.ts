import react from "@vitejs/plugin-react";
import { resolve } from "node:path";
import { defineConfig } from "vite";
import { systemFonts } from "./build/fonts.ts";
import { gzipped } from "./build/gzip.ts";
import { firstLoad } from "./build/size.ts";

/** Script of a first load, packed, in bytes. */
const FIRST_LOAD = 380_000;

const target = process.env["CARGO_TARGET_DIR"] ?? "../target";

export default defineConfig({
  plugins: [react(), systemFonts(), gzipped(), firstLoad(FIRST_LOAD)],
  build: {
    outDir: resolve(import.meta.dirname, target, "portal"),
    emptyOutDir: true,
    // The size check reads which file needs which.
    manifest: "manifest.json",
    // The content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    // While working on it: the API of `rollcall serve`.
    proxy: { "/api": process.env["ROLLCALL_API"] ?? "http://127.0.0.1:8080" },
  },
});
