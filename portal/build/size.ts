import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

const SIGN_IN = "src/pages/SignIn.tsx";
const SHELL = "src/app/Shell.tsx";

/**
 * Says what a browser loads, packed, before each page can be used, and fails the build where that is more script
 * than `limit` bytes. Comes after [`gzipped`], whose files it weighs.
 */
export function firstLoad(limit: number): Plugin {
  let folder = "";
  return {
    name: "first-load",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle: {
      sequential: true,
      order: "post",
      handler() {
        const heavy = weigh(folder).filter(({ page, script, style }) => {
          console.log(`${kB(script)} script ${kB(style)} style  ${page}`);
          return script > limit;
        });
        if (heavy.length > 0) throw new Error(`more than ${kB(limit).trim()} of script for ${heavy.map(({ page }) => page).join(", ")}`);
      },
    },
  };
}

function weigh(folder: string) {
  const chunks = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Record<string, Chunk>;
  const packed = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + statSync(join(folder, `${file}.gz`)).size, 0);
  const pages = Object.keys(chunks).filter((name) => name.startsWith("src/pages/"));
  return pages.map((page) => {
    const seen = new Set<string>();
    const visit = (name: string) => {
      const chunk = chunks[name];
      if (!chunk) throw new Error(`the build has no ${name}`);
      if (seen.has(name)) return;
      seen.add(name);
      chunk.imports?.forEach(visit);
    };
    ["index.html", ...(page === SIGN_IN ? [] : [SHELL]), page].forEach(visit);
    const all = [...seen].flatMap((name) => chunks[name] ?? []);
    return { page, script: packed(new Set(all.map(({ file }) => file))), style: packed(new Set(all.flatMap(({ css }) => css ?? []))) };
  });
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
}
