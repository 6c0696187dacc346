import type { Plugin } from "vite";

/** What the user's system reads best, in place of the font that Cloudscape carries along. */
const SYSTEM = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/**
 * Takes Open Sans out of Cloudscape's style sheets. It is embedded there as data: 140 kB that everybody would load
 * before the first letter is seen, and that the content security policy would have to allow.
 */
export function systemFonts(): Plugin {
  return {
    name: "system-fonts",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@cloudscape-design") || !id.split("?")[0]?.endsWith(".css")) return null;
      return code
        .replace(/@font-face\s*\{[^}]*\}/g, "")
        .replace(/(["'])Open Sans\1,\s*(["'])Helvetica Neue\2,\s*Roboto,\s*Arial,\s*sans-serif/g, SYSTEM);
    },
  };
}
