/* The messages as they are drawn: each has a node that is changed in place and never drawn twice. */

import { card, met, running } from './card.js';
import { el, icon, safeUrl, spoken } from './dom.js';
import { attachment } from './files.js';
import { form } from './forms.js';
import { markdown } from './markdown.js';

const MOMENT = 1_000; // milliseconds

/** Where a message stands in time. A report stays where it is however often it changes; an answer
    that takes the place of an earlier one stands below what it answers. */
const at = (message) => Date.parse(moment(message));
const moment = (message) => (message.report ? message.created_at : message.updated_at);
const micros = (time) => Number(/\.\d{3}(\d{3})/.exec(time)?.[1] ?? 0);
const order = (one, other) => at(one) - at(other) || micros(moment(one)) - micros(moment(other)) || one.seq - other.seq;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Log {
  root;

  #chat;
  #words;
  #act;
  #follow;
  #entries = new Map();
  #marks = new Map();
  #pending = [];
  #typing;
  #checking;
  #timer = null;
  #last = null;

  /** `act` does what the visitor wants: `press(action)`, `answer(text)`, `choose(accept)`,
      `grown()` when something became taller;
      `follow(event, url)` is asked before a link is opened. */
  constructor({ chat, words, act, follow }) {
    this.#chat = chat;
    this.#words = words;
    this.#act = act;
    this.#follow = follow;
    this.#typing = el('div', { class: 'typing', hidden: true }, el('span'), el('span'), el('span'),
      spoken(words.say('typing')));
    this.#checking = running({ words });
    this.#checking.hidden = true;
    this.root = el('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions',
      'aria-label': words.say('log'), tabindex: '0' }, this.#checking, this.#typing);
  }

  /** Draw a message, new or changed. */
  put(message) {
    const entry = this.#entries.get(message.id);
    if (entry) this.#change(entry, message);
    else this.#entries.set(message.id, this.#draw(message));
    if (!entry && message.author === 'merchant') this.#settle(message);
  }

  /** Something on its way; it turns into the message as soon as the service has it. */
  await(pending) {
    this.#pending.push(pending);
    this.arrange();
  }

  /** It arrived, or was given up. */
  drop(pending) {
    this.#pending = this.#pending.filter((one) => one !== pending);
    pending.root.remove();
  }

  /** The assistant is at it; shown until it is not, and never for ever. */
  busy(on, what) {
    clearTimeout(this.#timer);
    this.#typing.hidden = !on;
    const cards = this.root.querySelectorAll('.card:not(.running)');
    const latest = cards[cards.length - 1];
    if (latest) latest.setAttribute('aria-busy', String(on && what === 'checks'));
    this.#checking.hidden = !(on && what === 'checks' && !latest);
    if (on) this.#timer = setTimeout(() => this.busy(false), 45_000);
  }

  /** Everything in its order: days, who begins to speak, buttons and fields that still count. */
  arrange() {
    const messages = this.sorted();
    const spokenLast = messages.filter((one) => one.author === 'merchant').at(-1);
    const since = spokenLast ? Date.parse(spokenLast.created_at) : 0;
    const asking = messages.filter((one) => one.input && Date.parse(one.updated_at) >= since)
      .sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at)).at(-1);
    // What one turn said stands within a moment; buttons of an earlier one answer nothing any more.
    const offered = Math.max(0, ...messages.filter((one) => one.actions.length && !one.report)
      .map((one) => Date.parse(one.updated_at))) - MOMENT;
    const waiting = this.#pending.length > 0;
    const wanted = [];
    const marks = new Map();
    let before = null;
    for (const message of messages) {
      const entry = this.#entries.get(message.id);
      for (const [key, text, look] of this.#between(before, message)) {
        const mark = this.#marks.get(key) || el('p', { class: look }, el('span', {}, text));
        marks.set(key, mark);
        wanted.push(mark);
      }
      const current = Date.parse(message.updated_at) >= Math.max(since, offered);
      entry.root.classList.toggle('first', before?.author !== message.author);
      entry.actions.hidden = !message.actions.length || waiting || !(current || message.report);
      entry.form.hidden = waiting || message !== asking;
      wanted.push(entry.root);
      before = message;
    }
    wanted.push(...this.#pending.map((one) => one.root), this.#checking, this.#typing);
    for (const [key, mark] of this.#marks) if (!marks.has(key)) mark.remove();
    this.#marks = marks;
    let next = this.root.firstChild;
    for (const node of wanted) {
      if (node === next) next = next.nextSibling;
      else this.root.insertBefore(node, next);
    }
  }

  /** The field that waits for an answer, if there is one. */
  field() {
    return [...this.root.querySelectorAll('.form input, .form button')].find((one) => one.getClientRects().length);
  }

  sorted() {
    return [...this.#chat.messages.values()].sort(order);
  }

  *#between(before, message) {
    const day = new Date(at(message)).toDateString();
    if (!before || new Date(at(before)).toDateString() !== day) {
      yield [`day:${day}`, this.#words.day(new Date(at(message))), 'day'];
    }
    const speaker = (one) => (one?.author === 'agent' ? `agent:${one.author_name}` : one?.author);
    const last = this.#spoke(before);
    if (message.author === 'agent' && last !== speaker(message)) {
      const name = message.author_name || this.#words.say('agent');
      yield [`from:${message.id}`, this.#words.say('joined', { name }), 'handover'];
    } else if (message.author === 'assistant' && last?.startsWith('agent:')) {
      yield [`from:${message.id}`, this.#words.say('handed_back'), 'handover'];
    }
    if (message.author !== 'merchant' && message.author !== 'system') this.#last = speaker(message);
  }

  #spoke(before) {
    if (!before) this.#last = null;
    return this.#last;
  }

  #settle(message) {
    const found = this.#pending.find((one) => one.matches(message));
    if (found) this.drop(found);
  }

  #draw(message) {
    const who = message.author;
    const name = who === 'merchant' ? this.#words.say('you')
      : who === 'agent' ? message.author_name || this.#words.say('agent') : this.#words.say('assistant');
    const entry = {
      drawn: {},
      time: el('time'),
      text: el('div', { class: 'text' }),
      files: el('div', { class: 'files', hidden: true }),
      form: el('div', { class: 'ask', hidden: true }),
      actions: el('div', { class: 'actions', hidden: true }),
    };
    entry.root = el('div', { class: `message ${who}`, 'data-id': message.id },
      el('p', { class: 'who' }, el('span', { class: 'name' }, name), entry.time, spoken(': ')),
      el('div', { class: 'body' }, entry.text, entry.files, entry.form), entry.actions);
    this.#change(entry, message);
    return entry;
  }

  #change(entry, message) {
    const was = entry.drawn;
    entry.drawn = message;
    entry.time.dateTime = moment(message);
    entry.time.textContent = this.#words.time(new Date(at(message)));
    if (was.text !== message.text || !same(was.report, message.report)) this.#say(entry, message);
    if (!same(was.attachments, message.attachments)) {
      entry.files.hidden = !message.attachments.length;
      entry.files.replaceChildren(...message.attachments.map((about) => attachment(about, {
        words: this.#words, blob: (url) => this.#chat.blob(url), grown: () => this.#act.grown(),
      })));
    }
    // A field that is being filled in stays as it is while the message around it changes.
    if (!same(was.input, message.input)) {
      const field = message.input && form(message.input, {
        words: this.#words, submit: this.#act.answer, choose: this.#act.choose,
      });
      entry.form.replaceChildren(...(field ? [field] : []));
    }
    if (!same(was.actions, message.actions)) {
      const focused = this.root.getRootNode().activeElement;
      const had = focused && entry.actions.contains(focused);
      entry.actions.replaceChildren(...message.actions.map((action) => this.#button(action)).filter(Boolean));
      if (had) (entry.actions.querySelector('button, a') || this.root).focus();
    }
  }

  #say(entry, message) {
    if (message.report) {
      const [head] = message.text.split('\n');
      const name = /^\*\*(.+?)\*\*/.exec(head)?.[1].replace(/\\(.)/g, '$1') || '';
      entry.root.classList.add('with-card');
      entry.text.replaceChildren(card(message.report, name, {
        words: this.#words, anchor: (url, children) => this.#anchor(url, children),
      }));
      return;
    }
    entry.root.classList.remove('with-card');
    entry.root.classList.toggle('wordless', !message.text);
    entry.text.replaceChildren(...(message.format === 'markdown'
      ? markdown(message.text, (url, children) => this.#anchor(url, children)) : [message.text]));
  }

  #button(action) {
    const look = `button ${['primary', 'danger'].includes(action.style) ? action.style : ''}`;
    if (action.kind === 'link') {
      return this.#anchor(action.url, [action.label], look);
    }
    return el('button', { class: look, type: 'button', 'data-action': action.id,
      on: { click: () => this.#act.press(action) } }, action.label);
  }

  #anchor(text, children, look = '') {
    const url = safeUrl(text);
    if (!url) return null;
    const here = url.origin === location.origin;
    return el('a', { class: look, href: url.href, target: here ? null : '_blank', rel: here ? null : 'noopener',
      on: { click: (event) => this.#follow(event, url, here) } }, ...children,
    ...(here ? [] : [icon('out', 14), spoken(` (${this.#words.say('new_tab')})`)]));
  }
}

/** What a screen reader is told when a report changed in place, or null. */
export function news(message, known, words) {
  if (!known?.report || !message.report || same(known.report.findings, message.report.findings)) return null;
  return words.say('updated', { n: met(message.report), total: message.report.findings.length });
}
