const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The cell that an arrow key leads to from `from` ([row, column]): the next one in that direction that exists; undefined when
 * the key is no arrow or there is none.
 */
export function nextCell<T>(
  key: string,
  [row, column]: readonly [number, number],
  cellAt: (row: number, column: number) => T | undefined,
  size: readonly [rows: number, columns: number],
): T | undefined {
  const step = STEPS[key];
  if (step === undefined) return undefined;
  const [rows, columns] = size;
  let [toRow, toColumn] = [row + step[0], column + step[1]];
  while (toRow >= 0 && toRow < rows && toColumn >= 0 && toColumn < columns) {
    const found = cellAt(toRow, toColumn);
    if (found !== undefined) return found;
    toRow += step[0];
    toColumn += step[1];
  }
  return undefined;
}
