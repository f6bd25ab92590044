/* The window of the chat: its frame, its state, and what happens when somebody does something. */

import { Chat, Ended, Refusal, newId } from './chat.js';
import { Composer } from './composer.js';
import { el, icon } from './dom.js';
import { Log, news } from './log.js';

const TAG = 'autoletter-assistant';
const NARROW = '(max-width: 520px), (max-height: 420px)';

export class Panel {
  #shared;
  #words;
  #chat = null;
  #log = null;
  #composer;
  #root;
  #who;
  #net;
  #place;
  #notes;
  #live;
  #below;
  #unseen = 0;
  #unread = 0;
  #turns = 0;
  #pinned = true;
  #back = null;

  constructor(shared, words) {
    this.#shared = shared;
    this.#words = words;
    this.#build();
  }

  /** Show it; the focus goes where one can answer at once. */
  open({ focus = true } = {}) {
    const { host } = this.#shared;
    if (!this.#shared.opened) {
      this.#shared.opened = true;
      this.#back = focus ? document.activeElement : null;
      this.#root.hidden = false;
      host.setAttribute('open', '');
      host.launcher.setAttribute('aria-expanded', 'true');
      this.#keep(true);
      this.#count(0);
      this.#shared.emit('open');
      if (!this.#chat) this.#begin();
      this.#down();
    }
    if (focus) this.#focus();
  }

  /** Hide it; the focus goes back to where it came from. The conversation goes on. */
  close() {
    const { host } = this.#shared;
    if (!this.#shared.opened) return;
    const inside = host.shadowRoot.activeElement !== null;
    this.#shared.opened = false;
    this.#root.hidden = true;
    host.removeAttribute('open');
    host.launcher.setAttribute('aria-expanded', 'false');
    this.#keep(false);
    if (inside) {
      const back = this.#back?.isConnected && this.#back !== document.body && this.#back !== host;
      (back ? this.#back : host.launcher).focus();
    }
    this.#shared.emit('close');
  }

  /** Somebody else, or the same person with a fresh token: the conversation begins anew. */
  identify() {
    this.#chat?.stop();
    this.#chat = null;
    this.#turns = 0;
    this.#unseen = 0;
    this.#count(0);
    this.#net.hidden = true;
    this.#notes.replaceChildren();
    this.#place.replaceChildren();
    this.#who.textContent = this.#words.say('stranger');
    this.#begin();
  }

  // --- drawing ----------------------------------------------------------------------------------

  #build() {
    const { host, logo } = this.#shared;
    const words = this.#words;
    this.#who = el('p', { class: 'whose' }, words.say('stranger'));
    this.#net = el('p', { class: 'net', role: 'status', hidden: true });
    this.#place = el('div', { class: 'place' });
    this.#notes = el('div', { class: 'notes' });
    this.#live = el('div', { class: 'sr', role: 'status' });
    this.#below = el('button', { class: 'below', type: 'button', hidden: true, on: { click: () => this.#down() } });
    this.#composer = new Composer({ words, send: (text, chips) => this.#send(text, chips),
      tell: (text) => this.#note(text) });
    this.#root = el('section', { class: 'panel', role: 'dialog', 'aria-labelledby': 'al-title', hidden: true,
      on: { keydown: (event) => this.#key(event) } },
    el('div', { class: 'top' },
      logo ? el('img', { class: 'logo', src: logo, alt: '' }) : el('span', { class: 'logo' }, icon('letter', 22)),
      el('div', { class: 'titles' }, el('h2', { id: 'al-title', tabindex: '-1' }, words.say('title')), this.#who),
      el('button', { class: 'icon', type: 'button', title: words.say('close'), 'aria-label': words.say('close'),
        on: { click: () => this.close() } }, icon('close'))),
    this.#net, this.#place, this.#below, this.#notes, this.#composer.root,
    el('p', { class: 'drop', 'aria-hidden': 'true' }, icon('clip', 32), words.say('drop')), this.#live);
    this.#drops();
    host.shadowRoot.append(this.#root);
    // The keyboard of a phone covers what is behind it: the panel ends above it.
    visualViewport?.addEventListener('resize', () => {
      this.#root.style.setProperty('--al-height', `${visualViewport.height}px`);
      this.#down();
    });
  }

  #begin() {
    const shared = this.#shared;
    const chat = new Chat({
      root: shared.root,
      language: shared.language,
      identity: (again) => (typeof shared.identity === 'function' ? shared.identity(again) : shared.identity),
      hear: (event, detail) => { if (this.#chat === chat) this.#hear(event, detail); },
    });
    this.#chat = chat;
    this.#log = new Log({
      chat,
      words: this.#words,
      act: {
        press: (action) => this.#turn({ action: action.id }, action.label),
        answer: (text) => this.#turn({ text }, text),
        choose: (accept) => this.#composer.choose(accept),
        grown: () => { if (this.#pinned) this.#down(); },
      },
      follow: (event, url, here) => this.#follow(event, url, here),
    });
    this.#log.root.setAttribute('aria-busy', 'true');
    this.#log.busy(true);
    this.#log.root.addEventListener('scroll', () => {
      this.#pinned = this.#atEnd();
      if (this.#pinned) this.#seen();
    }, { passive: true });
    this.#place.replaceChildren(this.#log.root);
    chat.start().then(() => {
      if (this.#chat !== chat) return;
      this.#log.root.removeAttribute('aria-busy');
      shared.emit('ready', { merchant: chat.merchant });
      if (shared.opened && shared.host.shadowRoot.activeElement?.id === 'al-title') this.#focus();
    }, (error) => {
      if (this.#chat !== chat || error instanceof Ended) return;
      this.#log.busy(false);
      this.#note(this.#words.say(error.status === 403 ? 'closed' : 'silent'), { stays: true });
      shared.emit('error', { code: error.code || 'unreachable' });
    });
  }

  #hear(event, detail) {
    if (event === 'message') this.#message(detail);
    else if (event === 'typing') this.#typing(detail);
    else if (event === 'connection') this.#connection(detail.up);
    else if (event === 'opened') {
      this.#log.busy(this.#turns > 0);
      this.#log.arrange();
      this.#down();
      if (detail.merchant) this.#who.textContent = detail.merchant.name;
      if (detail.full) this.#earlier();
    } else if (event === 'ended') {
      this.#log.busy(false);
      this.#note(this.#words.say('ended'), { stays: true });
      this.#shared.emit('error', { code: 'ended' });
    }
  }

  #message({ message, known, old }) {
    const follow = !old && this.#atEnd();
    this.#log.put(message);
    if (!old) this.#log.arrange();
    const said = news(message, known, this.#words);
    if (said) this.#live.textContent = said;
    if (message.report) this.#shared.emit('report', { report: message.report });
    if (old) return;
    this.#shared.emit('message', { id: message.id, author: message.author, text: message.text, updated: Boolean(known) });
    if (known && !follow) return;
    if (follow || message.author === 'merchant') this.#down();
    else if (!known) this.#behind();
    if (!known && message.author !== 'merchant' && !this.#shared.opened) this.#count(this.#unread + 1);
  }

  #typing({ typing, what, cut = false }) {
    // Without a stream nobody would say that it has ended; a turn under way still will.
    if (!cut || this.#turns === 0) this.#log.busy(typing || this.#turns > 0, what);
  }

  #connection(up) {
    this.#net.hidden = false;
    this.#net.dataset.up = String(up);
    this.#net.textContent = this.#words.say(up ? 'connected' : 'reconnecting');
    if (up) setTimeout(() => { if (this.#net.dataset.up === 'true') this.#net.hidden = true; }, 2_000);
  }

  #earlier() {
    const button = el('button', { class: 'button earlier', type: 'button', on: { click: async () => {
      button.remove();
      await this.#chat.earlier().catch(() => {});
      this.#log.arrange();
    } } }, this.#words.say('earlier'));
    this.#log.root.prepend(button);
  }

  // --- what the visitor does ----------------------------------------------------------------------

  #send(text, chips) {
    if (!chips.length) {
      this.#turn({ text }, text);
      return;
    }
    chips.forEach((one, at) => this.#file(one, at ? '' : text));
  }

  async #turn(content, label, id = newId()) {
    const chat = this.#chat;
    const log = this.#log;
    const pending = outgoing(el('p', {}, label), (message) => message.text === label && !message.attachments.length);
    log.await(pending);
    this.#down();
    this.#work(1);
    try {
      await chat.turn(content, id);
      log.drop(pending);
    } catch (error) {
      if (this.#chat === chat) this.#failed(pending, error, () => this.#turn(content, label, id), label, content);
    } finally {
      if (this.#chat === chat) this.#work(-1);
      log.arrange();
      this.#refocus();
    }
  }

  async #file(one, caption, id = newId()) {
    const chat = this.#chat;
    const log = this.#log;
    const stop = new AbortController();
    const body = el('div', {}, el('ul', { class: 'tray' }, one.root), caption ? el('p', {}, caption) : null);
    const pending = outgoing(body, (message) => message.attachments.length > 0 && pending.begun);
    one.sending(() => stop.abort());
    log.await(pending);
    this.#down();
    this.#work(1);
    try {
      await chat.file(one.file, id, { caption, signal: stop.signal,
        progress: (part) => { pending.begun = true; one.progress(part); } });
      log.drop(pending);
    } catch (error) {
      if (stop.signal.aborted) {
        log.drop(pending);
        this.#live.textContent = this.#words.say('cancelled');
      } else if (this.#chat === chat) {
        this.#failed(pending, error, () => this.#file(one, caption, id));
      }
    } finally {
      if (this.#chat === chat) this.#work(-1);
      log.arrange();
    }
  }

  #work(change) {
    this.#turns += change;
    this.#log.busy(this.#turns > 0);
    if (this.#turns > 0) this.#down();
  }

  /** Nothing is lost: what did not arrive stands there, with a way to try again. */
  #failed(pending, error, again, text = '', content = {}) {
    const why = error instanceof Refusal ? error.detail || this.#words.say('refused') : '';
    const button = (key, act) => el('button', { class: 'button', type: 'button', on: { click: () => {
      this.#log.drop(pending);
      act();
      this.#log.arrange();
    } } }, this.#words.say(key));
    pending.root.classList.add('failed');
    pending.root.append(el('p', { class: 'problem', role: 'alert' }, `${this.#words.say('not_sent')} ${why}`),
      el('div', { class: 'actions' }, button('try_again', again), button('discard', () => {
        if (content.text && !this.#composer.field.value) this.#composer.field.value = text;
      })));
    this.#down();
  }

  #follow(event, url, here) {
    const detail = { url: url.href, here, preventDefault: () => event.preventDefault() };
    this.#shared.emit('link', detail);
    // On a phone the chat covers the page that was just asked for.
    if (here && matchMedia(NARROW).matches) this.close();
  }

  #key(event) {
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Tab' && matchMedia(NARROW).matches) this.#turnAround(event);
  }

  /** Full-screen there is nothing behind the panel that the focus could go to. */
  #turnAround(event) {
    const all = [...this.#root.querySelectorAll('button, a[href], input, textarea, [tabindex="0"]')]
      .filter((one) => !one.disabled && one.getClientRects().length);
    const [first, last] = [all[0], all[all.length - 1]];
    const at = this.#shared.host.shadowRoot.activeElement;
    const end = event.shiftKey ? at === first || at?.id === 'al-title' : at === last;
    if (!end) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  #drops() {
    let depth = 0;
    const over = (change) => {
      depth = Math.max(0, depth + change);
      this.#root.classList.toggle('dropping', depth > 0);
    };
    const files = (event) => [...(event.dataTransfer?.types || [])].includes('Files');
    this.#root.addEventListener('dragenter', (event) => { if (files(event)) over(1); });
    this.#root.addEventListener('dragleave', (event) => { if (files(event)) over(-1); });
    this.#root.addEventListener('dragover', (event) => { if (files(event)) event.preventDefault(); });
    this.#root.addEventListener('drop', (event) => {
      if (!files(event)) return;
      event.preventDefault();
      over(-depth);
      this.#composer.add(event.dataTransfer.files);
    });
  }

  // --- small things -------------------------------------------------------------------------------

  #note(text, { stays = false } = {}) {
    const note = el('p', { class: 'note', role: 'alert' }, text);
    this.#notes.append(note);
    if (!stays) setTimeout(() => note.remove(), 8_000);
  }

  #focus() {
    // A field that takes the focus opens the keyboard of a phone, and that hides what was just said.
    const target = matchMedia('(pointer: coarse)').matches ? this.#root.querySelector('h2')
      : this.#log?.field() || this.#composer.field;
    target.focus({ preventScroll: true });
  }

  /** After a press the button is gone: the focus goes on to the next field, or to the message line. */
  #refocus() {
    const { host } = this.#shared;
    const at = host.shadowRoot.activeElement;
    const lost = at === null && (document.activeElement === document.body || document.activeElement === host);
    const hidden = at !== null && !at.getClientRects().length;
    if (this.#shared.opened && (lost || hidden)) this.#focus();
    else if (at === this.#composer.field && !at.value && this.#log.field()?.matches('input')) this.#focus();
  }

  #atEnd() {
    const log = this.#log.root;
    return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  }

  #down() {
    if (!this.#log) return;
    this.#pinned = true;
    this.#log.root.scrollTop = this.#log.root.scrollHeight;
    this.#seen();
  }

  #seen() {
    this.#unseen = 0;
    this.#below.hidden = true;
  }

  #behind() {
    this.#unseen += 1;
    this.#below.replaceChildren(icon('down', 16), this.#words.say('below', { n: this.#unseen }));
    this.#below.hidden = false;
  }

  #count(unread) {
    const { host } = this.#shared;
    this.#unread = unread;
    host.badge.hidden = unread === 0;
    host.badge.textContent = unread > 9 ? '9+' : String(unread);
    host.launcher.setAttribute('aria-label', unread ? this.#words.say('unread', { n: unread }) : this.#words.say('open'));
    this.#shared.emit('unread', { count: unread });
  }

  #keep(open) {
    try {
      if (open && !matchMedia(NARROW).matches) sessionStorage.setItem(TAG, 'open');
      else sessionStorage.removeItem(TAG);
    } catch { /* storage may be forbidden: the next page then begins closed */ }
  }
}

/** A bubble for what is on its way. */
function outgoing(body, matches) {
  return { root: el('div', { class: 'message merchant pending' }, el('div', { class: 'body' }, body)), matches };
}
