/* Where values on a grid cross a level, by marching squares. */

/**
 * Pieces of the line, a break after each, in steps of the grid from its first value. A saddle is
 * cut in the way of the mean of its corners.
 * @param {ArrayLike<number>} values (row, column)
 * @param {number} size of a row
 * @param {number} level
 * @returns {import("#types").Line}
 */
export function levelLine(values, size, level) {
  /** @type {import("#types").Line} */
  const line = [];
  const rows = values.length / size;
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < size; column++) {
      const at = row * size + column;
      const isAbove = values[at] > level;
      const isCrossed =
        values[at + 1] > level !== isAbove ||
        values[at + size] > level !== isAbove ||
        values[at + size + 1] > level !== isAbove;
      if (isCrossed) addCell(line, values, size, level, row, column);
    }
  return line;
}

/**
 * @param {import("#types").Line} line
 * @param {ArrayLike<number>} values
 * @param {number} size
 * @param {number} level
 * @param {number} row
 * @param {number} column
 */
function addCell(line, values, size, level, row, column) {
  const at = row * size + column;
  // Around the cell, from its first corner.
  const corners = [values[at], values[at + 1], values[at + size + 1], values[at + size]];
  if (!corners.every(Number.isFinite)) return;
  const cuts = corners.flatMap((from, side) => {
    const to = corners[(side + 1) % 4];
    if (from > level === to > level) return [];
    return [onSide(row, column, side, (level - from) / (to - from))];
  });
  const mean = corners.reduce((sum, corner) => sum + corner, 0) / 4;
  // The first two cuts are around the second corner. Where the middle is like that one, the first
  // corner is cut off instead.
  if (cuts.length === 4 && mean > level !== corners[0] > level) cuts.push(...cuts.splice(0, 1));
  for (let k = 0; k < cuts.length; k += 2) line.push(cuts[k], cuts[k + 1], null);
}

/**
 * A place on a side of a cell, of the four around it.
 * @param {number} row
 * @param {number} column
 * @param {number} side
 * @param {number} share of the way around the cell
 * @returns {import("#types").Point}
 */
function onSide(row, column, side, share) {
  const [x, y] = [
    [share, 0],
    [1, share],
    [1 - share, 1],
    [0, 1 - share],
  ][side];
  return [column + x, row + y];
}
