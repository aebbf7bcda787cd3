const SYMBOL = /^[A-Z0-9]{1,24}\/[A-Z0-9]{1,24}$/;

/** Whether the text is a symbol as this pipeline spells it: BASE/QUOTE, upper case, digits allowed ('BTC/USDT'). */
export function isSymbol(text: string): boolean {
  return SYMBOL.test(text);
}

/** The base asset of BASE/QUOTE: what is bought and sold ('BTC' of 'BTC/USDT'). */
export function baseAsset(symbol: string): string {
  return symbol.slice(0, symbol.indexOf('/'));
}

/** The quote asset of BASE/QUOTE: what prices are counted in ('USDT' of 'BTC/USDT'; USD and USDT differ). */
export function quoteAsset(symbol: string): string {
  return symbol.slice(symbol.indexOf('/') + 1);
}

/** The symbol as one word of a routing key: 'BTC/USDT' becomes 'BTC-USDT'. */
export function symbolWord(symbol: string): string {
  return symbol.replace('/', '-');
}
