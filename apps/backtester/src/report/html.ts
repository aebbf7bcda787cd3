/** A piece of a page: markup, every foreign text in it escaped. */
export class Html {
  /** @param text markup. */
  constructor(readonly text: string) {}
}

/** What can stand in a piece of markup: a text is escaped, null is nothing. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/** Markup with values in it. */
export function html(pieces: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(pieces.reduce((text, piece, index) => text + markupOf(values[index - 1] ?? null) + piece));
}

function markupOf(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
