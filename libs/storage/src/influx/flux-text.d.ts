/** A Flux query file, imported as its text. */
declare module '*.flux' {
  const text: string;
  export default text;
}
