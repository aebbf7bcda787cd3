/** A line of figures over a chart. */
export class Legend {
  private readonly line = document.createElement('p');

  /** @param container the chart's element. */
  constructor(container: HTMLElement) {
    this.line.className = 'legend';
    container.append(this.line);
  }

  /** Shows these texts side by side. */
  show(texts: readonly string[]): void {
    this.line.replaceChildren(
      ...texts.map((text) => {
        const span = document.createElement('span');
        span.textContent = text;
        return span;
      }),
    );
  }
}
