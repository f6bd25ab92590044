/* The markdown of messages: **bold**, *italic*, `code`, [label](url), \ before a sign, line breaks.
   Everything else is text. Written as a reader of signs: no expression can run wild on long input. */

import { el } from './dom.js';

/** Nodes for a text; `link(url, children)` makes an anchor, or null for an address it refuses. */
export function markdown(text, link) {
  return new Reader(text, link).until('');
}

class Reader {
  #text;
  #at = 0;
  #link;

  constructor(text, link) {
    this.#text = text;
    this.#link = link;
  }

  /** Nodes up to the sign that ends them, which is read too. */
  until(end) {
    const nodes = [];
    let plain = '';
    const flush = () => { if (plain) nodes.push(plain); plain = ''; };
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at];
      if (end && this.#text.startsWith(end, this.#at)) {
        this.#at += end.length;
        break;
      }
      if (sign === '\\' && this.#at + 1 < this.#text.length) {
        plain += this.#text[this.#at + 1];
        this.#at += 2;
        continue;
      }
      const made = this.#special(sign, end);
      if (made === null) {
        plain += sign;
        this.#at += 1;
      } else {
        flush();
        nodes.push(...made);
      }
    }
    flush();
    return nodes;
  }

  #special(sign, end) {
    if (sign === '\n') {
      const blank = this.#text[this.#at + 1] === '\n';
      while (this.#text[this.#at] === '\n') this.#at += 1;
      return [blank ? el('span', { class: 'gap' }) : el('br')];
    }
    if (sign === '`') return this.#code();
    if (sign === '*') {
      const mark = this.#text.startsWith('**', this.#at) ? '**' : '*';
      if (mark === end || !this.#closes(mark, this.#at + mark.length)) return null;
      this.#at += mark.length;
      return [el(mark === '**' ? 'strong' : 'em', {}, ...this.until(mark))];
    }
    return sign === '[' && end !== ']' ? this.#anchor() : null;
  }

  #code() {
    const close = this.#text.indexOf('`', this.#at + 1);
    if (close < 0) return null;
    const code = this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    return [el('code', {}, code)];
  }

  #anchor() {
    const middle = this.#closes('](', this.#at + 1);
    const close = middle ? this.#text.indexOf(')', middle) : -1;
    if (close < 0) return null;
    const url = this.#text.slice(middle + 2, close);
    this.#at += 1;
    const children = this.until(']');
    this.#at = close + 1;
    return [this.#link(url, children) || el('span', {}, ...children)];
  }

  /** Where the sign stands unescaped, further on in this text; 0 if nowhere. */
  #closes(sign, from) {
    for (let at = from; at < this.#text.length; at += 1) {
      if (this.#text[at] === '\\') at += 1;
      else if (this.#text.startsWith(sign, at)) return at;
    }
    return 0;
  }
}
