/** Which asked symbol a venue's spelling stands for: made forward from the asked symbols, never by cutting a spelling. */
export type SymbolTable = ReadonlyMap<unknown, string>;

/** The table of the asked symbols (BASE/QUOTE) by the venue's spelling. */
export function symbolTable(
  symbols: readonly string[],
  nativeSymbol: (symbol: string) => string,
): SymbolTable {
  return new Map<unknown, string>(symbols.map((symbol) => [nativeSymbol(symbol), symbol]));
}
