/** Which lines differ between what a message was and what it is. */

/** Beyond so many pairs of lines all of the middle counts as changed: nobody reads that line by line. */
const MOST_PAIRS = 4_000_000;

/** For each line of the one and of the other, whether it has no partner there. */
export function changed(before: readonly string[], after: readonly string[]): { before: boolean[]; after: boolean[] } {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const marks = {
    before: before.map((_, at) => at >= head && at < before.length - tail),
    after: after.map((_, at) => at >= head && at < after.length - tail),
  };
  const [rows, columns] = [before.length - head - tail, after.length - head - tail];
  if (rows * columns > MOST_PAIRS) return marks;
  // The longest common run of lines, from the end: `best[i][j]` for what is left of both.
  const best = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  const left = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = rows - 1; i >= 0; i -= 1) {
    const row = best[i];
    for (let j = columns - 1; row && j >= 0; j -= 1) {
      row[j] = before[head + i] === after[head + j] ? left(i + 1, j + 1) + 1 : Math.max(left(i + 1, j), left(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (before[head + i] === after[head + j]) {
      marks.before[head + i] = false;
      marks.after[head + j] = false;
      i += 1;
      j += 1;
    } else if (left(i + 1, j) >= left(i, j + 1)) i += 1;
    else j += 1;
  }
  return marks;
}
