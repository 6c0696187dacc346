import { expect, test } from "vitest";
import { nice } from "../../src/ui/Columns";

test.each([[1, 1], [3, 4], [5, 6], [7, 10], [11, 20], [60, 60], [61, 100], [999, 1000]])("a scale for %d ends at %d", (value, top) => {
  expect(nice(value)).toBe(top);
});
