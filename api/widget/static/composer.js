/* Where the visitor writes: text, and files that are picked, pasted or dropped. */

import { el, icon } from './dom.js';
import { LIMIT, MOST, chip, problem } from './files.js';

const LONGEST = 4000; // characters; what the service takes

export class Composer {
  root;
  field;

  #words;
  #send;
  #tell;
  #picker;
  #chips = [];
  #tray;

  /** `send(text, chips)` takes what was written; `tell(text)` says what does not work. */
  constructor({ words, send, tell }) {
    this.#words = words;
    this.#send = send;
    this.#tell = tell;
    const label = words.say('message');
    this.field = el('textarea', { rows: 1, maxlength: LONGEST, placeholder: label, 'aria-label': label,
      autocomplete: 'off', on: { input: () => this.#fit(), keydown: (event) => this.#key(event),
        paste: (event) => this.#paste(event) } });
    this.#picker = el('input', { type: 'file', multiple: true, hidden: true, 'aria-label': words.say('attach'),
      on: { change: () => { this.add(this.#picker.files); this.#picker.value = ''; } } });
    this.#tray = el('ul', { class: 'tray', hidden: true });
    this.root = el('form', { class: 'composer', on: { submit: (event) => {
      event.preventDefault();
      this.#go();
    } } }, this.#tray, el('div', { class: 'line' },
      el('button', { class: 'icon', type: 'button', title: words.say('attach'), 'aria-label': words.say('attach'),
        on: { click: () => this.choose('') } }, icon('clip')),
      this.#picker, this.field,
      el('button', { class: 'icon send', type: 'submit', title: words.say('send'), 'aria-label': words.say('send') },
        icon('send'))));
  }

  /** Open the file picker. */
  choose(accept) {
    this.#picker.accept = accept;
    this.#picker.click();
  }

  /** Put files beside the text, or say why not. */
  add(files) {
    for (const file of files) {
      const wrong = problem(file);
      if (wrong) {
        this.#tell(this.#words.say(wrong, { name: file.name, size: this.#words.size(LIMIT) }));
      } else if (this.#chips.length >= MOST) {
        this.#tell(this.#words.say('too_many', { n: MOST }));
        break;
      } else {
        const one = chip(file, { words: this.#words, away: () => this.#remove(one) });
        this.#chips.push(one);
        this.#tray.append(one.root);
      }
    }
    this.#tray.hidden = !this.#chips.length;
    this.field.focus();
  }

  #remove(one) {
    this.#chips = this.#chips.filter((other) => other !== one);
    one.root.remove();
    this.#tray.hidden = !this.#chips.length;
    this.field.focus();
  }

  #go() {
    const text = this.field.value.trim();
    const chips = this.#chips;
    if (!text && !chips.length) return;
    this.#chips = [];
    this.#tray.replaceChildren();
    this.#tray.hidden = true;
    this.field.value = '';
    this.#fit();
    this.#send(text, chips);
  }

  #key(event) {
    // Return inside an input method picks a word and sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#go();
  }

  #paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  #fit() {
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 140)}px`;
  }
}
