/* The sandbox Dashboard: which merchant, which page, what is new, and the assistant's embed. */

import * as back from './back.js';
import { el, icon, spoken } from './dom.js';
import { pages } from './pages.js';
import { words } from './words.js';

const EVERY = 2_500; // milliseconds between looks at the workspace while somebody looks at the page
const NAV = [['campaigns', '/campaigns'], ['integrations', '/integrations'], ['addresses', '/sender-addresses'],
  ['billing', '/billing'], ['profile', '/settings/profile'], ['inbox', '/inbox']];
const STORED = 'sandbox-merchant';

class App {
  #root = document.getElementById('app');
  #everyone = [];
  #drawn = new Map();
  #main;
  #notice;
  #nav;
  #busy = null;
  #again = false;

  async start() {
    const asked = new URL(location.href);
    this.#everyone = await back.merchants();
    const stored = asked.searchParams.get('merchant') || localStorage.getItem(STORED);
    const chosen = this.#everyone.find((one) => one.id === stored)
      || this.#everyone.find((one) => one.failing.length > 1) || this.#everyone[0];
    if (!chosen) return;
    localStorage.setItem(STORED, chosen.id);
    if (asked.searchParams.has('merchant')) history.replaceState(null, '', asked.pathname);
    this.merchant = chosen.id;
    this.words = await words(chosen.locale);
    document.documentElement.lang = chosen.locale;
    this.#frame();
    this.#embed(chosen);
    addEventListener('popstate', () => this.show());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.refresh(); });
    await this.refresh();
    setInterval(() => { if (!document.hidden) this.refresh(); }, EVERY);
  }

  /** Go to a page of the Dashboard without leaving this one. */
  go(path) {
    if (path !== location.pathname) history.pushState(null, '', path);
    this.#notice.replaceChildren();
    this.show();
    this.refresh();
    this.#main.querySelector('h1')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** Look at everything again; what did not change is not drawn again. */
  refresh() {
    if (this.#busy) {
      this.#again = true;
      return this.#busy;
    }
    this.#busy = this.#look().catch(() => {}).finally(() => {
      this.#busy = null;
      if (this.#again) {
        this.#again = false;
        this.refresh();
      }
    });
    return this.#busy;
  }

  async #look() {
    if (!this.workspace) {
      this.workspace = await back.workspace(this.merchant);
      this.reports = {};
      this.show();
    }
    const { language } = this.words;
    const running = this.workspace.account.campaigns.filter((one) => one.state !== 'ended');
    const reports = await Promise.all(running.map(async ({ id }) => [id, await back.report(this.merchant, id, language)
      .catch(() => this.reports[id])])); // one that fails keeps its place and holds up none of the others
    // The workspace after the reports: a launch that a report allows never has older terms than it.
    this.workspace = await back.workspace(this.merchant);
    this.reports = Object.fromEntries(reports);
    if (location.pathname === '/billing') this.payment = await back.payment(this.merchant);
    if (location.pathname === '/inbox') this.mails = await back.inbox();
    this.show();
  }

  /** Do something and show what came of it. */
  async act(work, done) {
    try {
      const came = await work();
      await this.refresh();
      const said = typeof done === 'function' ? done(came) : done;
      if (said) this.tell(said);
    } catch (error) {
      const code = error.code?.startsWith('csv_') ? 'csv' : error.code;
      const known = `r_${code}`;
      this.tell(this.words.say(this.words.has(known) ? known : 'r_error'), true);
    }
  }

  tell(text, bad = false) {
    this.#notice.replaceChildren(el('p', { class: bad ? 'toast bad' : 'toast' }, icon(bad ? 'fail' : 'pass', 18), text));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#notice.replaceChildren(), 7_000);
  }

  /** Draw the page that the address names. */
  show() {
    if (!this.workspace) return;
    const path = location.pathname;
    for (const link of this.#nav.querySelectorAll('a')) {
      const at = link.getAttribute('href');
      if (path === at || path.startsWith(`${at}/`) || (path === '/' && at === '/campaigns')) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    const sections = pages(this, path);
    document.title = `${sections.title} · AutoLetter`;
    const drawn = new Map();
    const nodes = sections.parts.filter(Boolean).map(([key, data, draw]) => {
      const name = `${path} ${key}`;
      const as = JSON.stringify(data);
      const known = this.#drawn.get(name);
      const kept = known && known.as === as ? known : { as, node: draw() };
      drawn.set(name, kept);
      return kept.node;
    });
    this.#drawn = drawn;
    const now = [...this.#main.children];
    if (now.length !== nodes.length || now.some((node, at) => node !== nodes[at])) {
      const held = document.activeElement?.id;
      this.#main.replaceChildren(...nodes);
      if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus({ preventScroll: true });
    }
  }

  #frame() {
    const say = (key) => this.words.say(key);
    this.#main = el('main', { id: 'main', tabindex: '-1' }, el('p', { class: 'quiet' }, say('loading')));
    this.#notice = el('div', { class: 'notice', role: 'status' });
    this.#nav = el('nav', { 'aria-label': say('main') }, el('ul', {}, NAV.map(([key, path]) => el('li', {},
      el('a', { href: path }, icon(key), el('span', {}, say(key)))))));
    const switcher = el('select', { id: 'switcher', on: { change: () => {
      localStorage.setItem(STORED, switcher.value);
      location.assign('/');
    } } }, this.#everyone.map((one) => el('option', { value: one.id, selected: one.id === this.merchant },
      `${one.name} · ${one.locale}`)));
    this.#root.replaceChildren(
      el('a', { class: 'skip', href: '#main' }, say('skip')),
      el('header', { class: 'side' },
        el('p', { class: 'brand' }, el('img', { src: '/demo/static/icon.svg', alt: '', width: 32, height: 32 }), 'AutoLetter'),
        this.#nav,
        el('p', { class: 'sandbox' }, el('strong', {}, say('sandbox')), say('sandbox_note'))),
      el('div', { class: 'page' },
        el('section', { class: 'top', 'aria-label': say('merchant') }, el('div', { class: 'switch' },
          el('label', { for: 'switcher' }, say('merchant')), switcher),
        el('button', { class: 'button', type: 'button', on: { click: () => window.AutoLetterAssistant?.open() } },
          icon('chat', 18), say('ask'))),
        this.#notice, this.#main));
    this.#root.addEventListener('click', (event) => this.#follow(event));
  }

  #follow(event) {
    const link = event.target.closest('a[href]');
    if (!link || event.metaKey || event.ctrlKey || link.target || link.origin !== location.origin) return;
    if (link.getAttribute('href').startsWith('#')) return;
    event.preventDefault();
    this.go(link.pathname);
  }

  /** The public embed, as any Dashboard would use it. */
  #embed(merchant) {
    const script = el('script', { src: '/widget.js', 'data-identity': merchant.identity, 'data-locale': merchant.locale });
    script.addEventListener('load', () => {
      const assistant = window.AutoLetterAssistant;
      let first = merchant.identity;
      assistant.identify(() => {
        const token = first || back.identity(merchant.id);
        first = null;
        return token;
      });
      assistant.on('link', (link) => {
        if (!link.here) return;
        link.preventDefault();
        this.go(new URL(link.url).pathname);
      });
      for (const event of ['open', 'close']) {
        assistant.on(event, () => document.body.classList.toggle('chatting', event === 'open'));
      }
      for (const event of ['message', 'report']) assistant.on(event, () => this.refresh());
    });
    document.body.append(script);
  }
}

new App().start().catch((error) => {
  console.error(error);
  document.getElementById('app').append(el('p', { class: 'quiet', role: 'alert' }, 'The sandbox does not answer.', spoken('')));
});
