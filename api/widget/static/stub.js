/* The embed of the AutoLetter launch assistant: a button, and nothing else until it is pressed. */
(() => {
  'use strict';
  if (window.AutoLetterAssistant) return; // a second copy on the page changes nothing

  const TAG = 'autoletter-assistant';
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (!script) return;
  const { identity, locale, theme, position, logo } = script.dataset;
  const root = new URL('.', script.src).href;
  const code = `${root}widget/__VERSION__/`;
  const wanted = [locale, document.documentElement.lang, ...navigator.languages];
  const language = wanted.map((l) => (l || '').slice(0, 2).toLowerCase())
    .find((l) => ['ru', 'de', 'en'].includes(l)) || 'en';
  const words = {
    ru: ['Открыть помощника по запуску', 'Помощник не загрузился. Нажмите ещё раз.'],
    de: ['Start-Assistent öffnen', 'Der Assistent ließ sich nicht laden. Versuch es noch einmal.'],
    en: ['Open the launch assistant', 'The assistant did not load. Please try again.'],
  }[language];

  const css = `
:host{--al-accent:var(--autoletter-accent,#3446c4);--al-on-accent:var(--autoletter-on-accent,#fff);
position:fixed;z-index:var(--autoletter-z,2147483000);bottom:var(--autoletter-offset-y,20px);
right:var(--autoletter-offset-x,20px);font-size:medium}
:host([position=left]){right:auto;left:var(--autoletter-offset-x,20px)}
:host([hidden]){display:none}
.launcher{all:unset;box-sizing:border-box;position:relative;display:grid;place-items:center;
width:60px;height:60px;border-radius:50%;cursor:pointer;background:var(--al-accent);
color:var(--al-on-accent);border:1px solid transparent;
box-shadow:0 1px 2px rgb(10 14 40/.2),0 8px 24px rgb(10 14 40/.24);transition:transform .16s ease}
.launcher:hover{transform:translateY(-2px)}
.launcher:focus-visible{outline:3px solid var(--al-accent);outline-offset:3px}
.launcher[aria-busy=true] svg{animation:al-beat 1s ease-in-out infinite alternate}
.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;box-sizing:border-box;
padding:0 6px;border-radius:11px;background:#b3093c;color:#fff;border:2px solid #fff;
font:600 12px/18px system-ui,sans-serif;text-align:center}
.badge[hidden],.oops[hidden]{display:none}
.oops{position:absolute;bottom:72px;right:0;width:220px;margin:0;padding:12px 14px;border-radius:12px;
background:#1a1f36;color:#fff;font:14px/1.45 system-ui,sans-serif}
:host([position=left]) .oops{right:auto;left:0}
.fold,:host([open]) .letter{display:none}
:host([open]) .fold{display:block}
@keyframes al-beat{to{opacity:.35}}
@media(prefers-reduced-motion:reduce){.launcher,.launcher svg{transition:none;animation:none!important}}`;

  const make = (name, attributes, ...children) => {
    const node = name === 'svg' || name === 'path'
      ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  const picture = (look, ...lines) => make('svg', { class: look, viewBox: '0 0 24 24', width: 28, height: 28,
    fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linejoin': 'round',
    'stroke-linecap': 'round', 'aria-hidden': 'true' }, ...lines.map((d) => make('path', { d })));

  class AutoLetterAssistantElement extends HTMLElement {
    constructor() {
      super();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
      this.badge = make('span', { class: 'badge', hidden: '' });
      this.oops = make('p', { class: 'oops', role: 'alert', hidden: '' });
      this.launcher = make('button', { class: 'launcher', type: 'button', 'aria-label': words[0],
        'aria-expanded': 'false', 'aria-haspopup': 'dialog' },
      picture('letter', 'M3 7.5A2.5 2.5 0 0 1 5.5 5h13A2.5 2.5 0 0 1 21 7.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 3.5V18h-1A2.5 2.5 0 0 1 3 15.5z', 'm7 9 5 3.8L17 9'),
      picture('fold', 'm6 9.5 6 6 6-6'), this.badge);
      this.shadowRoot.append(this.oops, this.launcher);
      this.launcher.addEventListener('click', () => (shared.opened ? api.close() : api.open()));
    }
  }
  if (!customElements.get(TAG)) customElements.define(TAG, AutoLetterAssistantElement);
  const host = document.createElement(TAG);
  if (theme) host.setAttribute('theme', theme);
  if (position) host.setAttribute('position', position);

  const listeners = new Map();
  const shared = {
    host, root, code, language, logo, identity: identity || null, opened: false,
    emit(event, detail = {}) {
      for (const fn of [...(listeners.get(event) || [])]) {
        try { fn(detail); } catch (error) { console.error(error); }
      }
    },
  };
  let loading = null;
  let failed = 0;
  const load = () => {
    host.launcher.setAttribute('aria-busy', 'true');
    host.oops.hidden = true;
    if (!loading && !failed) {
      for (const name of '__MODULES__'.split(' ')) { // all at once, not one level after the other
        host.shadowRoot.append(make('link', { rel: 'modulepreload', href: code + name, crossorigin: '' }));
      }
    }
    // A module that failed once is remembered as failed: the next try needs another address.
    const address = `${code}main.js${failed ? `?${failed}` : ''}`;
    loading ||= import(address).then((main) => main.mount(shared)).catch((error) => {
      failed += 1;
      loading = null;
      host.oops.textContent = words[1];
      host.oops.hidden = false;
      shared.emit('error', { code: 'not_loaded' });
      throw error;
    }).finally(() => host.launcher.removeAttribute('aria-busy'));
    return loading;
  };

  const api = Object.freeze({
    /** Open the panel; the promise is kept once it is drawn. `focus: false` leaves the focus alone. */
    open: ({ focus = true } = {}) => load().then((panel) => panel.open({ focus }), () => {}),
    close: () => { if (loading) loading.then((panel) => panel.close(), () => {}); },
    /** Who the visitor is: a signed token, a function that gives a fresh one, or null: nobody. */
    identify: (who) => {
      shared.identity = who;
      return loading ? loading.then((panel) => panel.identify(), () => {}) : Promise.resolve();
    },
    /** Hear `open`, `close`, `ready`, `message`, `report`, `unread`, `link`, `error`; gives its end. */
    on: (event, fn) => {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(fn);
      return () => listeners.get(event).delete(fn);
    },
  });
  Object.defineProperty(window, 'AutoLetterAssistant', { value: api });

  const arrive = () => {
    document.body.append(host);
    let open = false;
    try { open = sessionStorage.getItem(TAG) === 'open'; } catch { /* storage may be forbidden */ }
    // Who had the chat open finds it open on the next page too.
    if (open) api.open({ focus: false });
  };
  if (document.body) arrive();
  else document.addEventListener('DOMContentLoaded', arrive, { once: true });
})();
