/**
 * Solves A x = b for a symmetric positive definite A.
 * @param matrix A by rows, only its lower half is read; it is overwritten.
 * @throws Error when A is not positive definite.
 */
export function solveSymmetric(matrix: Float64Array[], right: readonly number[]): number[] {
  const size = matrix.length;
  for (let row = 0; row < size; row += 1) {
    const own = matrix[row] as Float64Array;
    for (let column = 0; column <= row; column += 1) {
      const other = matrix[column] as Float64Array;
      let sum = own[column] as number;
      for (let at = 0; at < column; at += 1) sum -= (own[at] as number) * (other[at] as number);
      if (column < row) own[column] = sum / (other[column] as number);
      else if (sum > 0) own[row] = Math.sqrt(sum);
      else throw new Error('The matrix is not positive definite.');
    }
  }
  const solution = [...right];
  for (let row = 0; row < size; row += 1) {
    const own = matrix[row] as Float64Array;
    for (let at = 0; at < row; at += 1)
      solution[row] = (solution[row] as number) - (own[at] as number) * (solution[at] as number);
    solution[row] = (solution[row] as number) / (own[row] as number);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let below = row + 1; below < size; below += 1)
      solution[row] =
        (solution[row] as number) -
        ((matrix[below] as Float64Array)[row] as number) * (solution[below] as number);
    solution[row] = (solution[row] as number) / ((matrix[row] as Float64Array)[row] as number);
  }
  return solution;
}
