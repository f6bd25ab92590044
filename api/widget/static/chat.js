/* The conversation with the service: a session, turns that arrive exactly once, and a stream that
   resumes. Knows nothing of the page. The token lives in this object and nowhere else. */

import { read } from './stream.js';

const PATIENCE = 2_000; // milliseconds without a connection before the visitor is told
const SILENCE = 40_000; // the service gives a sign of life every 15 s
const TURN_LIMIT = 20_000;
const GIVE_UP = 180_000;
const LONGEST_PAUSE = 8_000;

/** The service said no; `code` and `detail` are those of its problem document. */
export class Refusal extends Error {
  constructor(status, { code = 'error', detail = '' } = {}, retryAfter = 0) {
    super(code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.passing = [408, 409, 425, 429, 500, 502, 503, 504].includes(status);
  }

  static async of(response) {
    const told = await response.json().catch(() => ({}));
    return new Refusal(response.status, told, Number(response.headers.get('Retry-After')) || 0);
  }
}

/** An id for a turn or a file; also on pages that are not served by https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The session is over and cannot be opened again without the page's help. */
export class Ended extends Error {}

export class Chat {
  messages = new Map();
  merchant = null;

  #root;
  #language;
  #identity;
  #hear;
  #token = null;
  #opening = null;
  #last = 0;
  #line = Promise.resolve();
  #stopped = false;
  #wakers = new Set();
  #stream = null;
  #heardAt = 0;
  #lost = null;
  #up = true;

  /** `identity()` gives a token or null; `hear(event, detail)` hears `message`, `typing`,
      `connection`, `opened`, `ended`. */
  constructor({ root, language, identity, hear }) {
    this.#root = root;
    this.#language = language;
    this.#identity = identity;
    this.#hear = hear;
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    document.addEventListener('visibilitychange', this.#seen);
  }

  /** Open the session, however long that takes, and listen. */
  async start() {
    const opened = await this.#persist(() => this.#session(), { limit: Infinity });
    if (!this.#stopped) this.#listen();
    return opened;
  }

  /** Leave: no more events, no more attempts. */
  stop() {
    this.#stopped = true;
    this.#connected(true);
    this.#stream?.abort();
    this.#wake();
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    document.removeEventListener('visibilitychange', this.#seen);
  }

  /** Say or press something: `{text}` or `{action}`. Turns are sent one after the other; one that
      fails to arrive is sent again under the same `id`, so the service takes it once. */
  turn(content, id) {
    const began = this.#newest();
    return this.#inLine((tries) => this.#take(id, content, tries, began));
  }

  /** Send a file; `progress(0…1)`; `signal` takes it back while it has not arrived. */
  file(file, id, { caption = '', progress, signal }) {
    return this.#inLine(() => this.#upload(id, file, caption, progress, signal), signal);
  }

  /** A file of this conversation. */
  async blob(path) {
    const response = await this.#call(this.#url(path));
    if (!response.ok) throw await Refusal.of(response);
    return response.blob();
  }

  /** Messages before those that are known. */
  async earlier() {
    for (let after = 0; ;) {
      const response = await this.#call(this.#url(`/api/v1/chat/messages?limit=200&after=${after}`));
      if (!response.ok) throw await Refusal.of(response);
      const page = await response.json();
      const known = page.messages.some((message) => this.messages.has(message.id));
      this.#merge(page.messages, { old: true });
      if (known || page.messages.length < 200) return;
      after = page.next_after;
    }
  }

  #newest() {
    return Math.max(0, ...[...this.messages.values()].map((message) => message.seq));
  }

  #inLine(job, signal) {
    const mine = this.#line.then(() => this.#persist(job, { signal }));
    this.#line = mine.catch(() => {});
    return mine;
  }

  async #take(id, content, tries, began) {
    const before = this.#token;
    const response = await this.#call(this.#url('/api/v1/chat/turns'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id: id, ...content }),
      signal: AbortSignal.timeout(TURN_LIMIT),
    }, () => tries > 0 && this.#said(content.text, began));
    if (response === null) return; // it had arrived in the session before
    if (!response.ok) throw await Refusal.of(response);
    if (before !== null && before !== this.#token) this.#stream?.abort();
    this.#merge((await response.json()).messages);
  }

  /** Whether the log has that text already, after what was known when it was typed. */
  #said(text, began) {
    return text !== undefined && [...this.messages.values()].some(
      (message) => message.author === 'merchant' && message.seq > began && message.text === text,
    );
  }

  async #upload(id, file, caption, progress, signal) {
    await this.#session();
    const form = new FormData();
    form.append('client_id', id);
    if (caption) form.append('caption', caption);
    form.append('file', file, file.name);
    let answer = await this.#post(form, progress, signal);
    if (answer.status === 401) {
      await this.#session(this.#token);
      answer = await this.#post(form, progress, signal);
    }
    const told = JSON.parse(answer.text || '{}');
    if (answer.status !== 200) throw new Refusal(answer.status, told);
    this.#merge(told.messages);
  }

  #post(form, progress, signal) {
    // fetch does not tell how much of a body has left.
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', this.#url('/api/v1/chat/files'));
      request.setRequestHeader('Authorization', `Bearer ${this.#token}`);
      request.setRequestHeader('Accept-Language', this.#language);
      request.upload.onprogress = (event) => progress(event.loaded / event.total);
      request.onload = () => resolve({ status: request.status, text: request.responseText });
      request.onerror = () => reject(new TypeError('network'));
      request.onabort = () => reject(new DOMException('', 'AbortError'));
      signal.addEventListener('abort', () => request.abort(), { once: true });
      if (signal.aborted) request.abort();
      else request.send(form);
    });
  }

  #url(path) {
    return new URL(path.replace(/^\//, ''), this.#root);
  }

  /** A call with the session's token; an ended session is opened anew once. The token goes to the
      service and to nobody else. */
  async #call(url, init = {}, done = () => false) {
    if (url.origin !== new URL(this.#root).origin) throw new TypeError('another origin');
    await this.#session();
    for (let again = false; ; again = true) {
      const used = this.#token;
      const response = await fetch(url, {
        ...init,
        cache: 'no-store',
        credentials: 'omit',
        headers: { ...init.headers, Authorization: `Bearer ${used}` },
      });
      if (response.status !== 401 || again) return response;
      await this.#session(used);
      if (done()) return null;
    }
  }

  /** The session; opened if there is none or `spent` is the one that ended. */
  #session(spent = null) {
    if (this.#token !== null && this.#token !== spent) return Promise.resolve();
    this.#opening ||= this.#open().finally(() => { this.#opening = null; });
    return this.#opening;
  }

  async #open() {
    for (let again = false; ; again = true) {
      const identity = await this.#identity(again);
      const response = await this.#knock(identity);
      if (response.status === 401 && again) throw new Ended();
      if (response.status === 401) continue;
      if (!response.ok) throw await Refusal.of(response);
      const session = await response.json();
      if (this.#stopped) throw new Ended();
      this.#token = session.token;
      this.merchant = session.merchant;
      this.#merge(session.messages, { old: true });
      this.#last = Math.max(this.#last, this.#newest());
      this.#tell('opened', { merchant: session.merchant, full: session.messages.length >= 100 });
      return;
    }
  }

  async #knock(identity, again = false) {
    try {
      return await fetch(this.#url('/api/v1/chat/sessions'), {
        method: 'POST',
        credentials: 'omit',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ locale: this.#language, ...(identity ? { identity } : {}) }),
        signal: AbortSignal.timeout(TURN_LIMIT),
      });
    } catch (error) {
      // A browser does not tell a page that may not from a network that is gone. But where the
      // embed itself can be fetched and a session twice cannot, it is the page.
      if (this.#token !== null || error.name === 'TimeoutError') throw error;
      await fetch(this.#url('/widget.js'), { mode: 'no-cors', cache: 'no-store' });
      if (again) throw new Refusal(403, { code: 'origin_not_allowed' });
      return this.#knock(identity, true);
    }
  }

  /** Do it until it is done. Trouble that passes is waited out, longer each time. */
  async #persist(job, { signal, limit = GIVE_UP }) {
    const began = Date.now();
    for (let tries = 0, pause = 500; ; tries += 1, pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        const done = await job(tries);
        if (tries > 0) this.#connected(true);
        return done;
      } catch (error) {
        const cut = error instanceof TypeError || error.name === 'TimeoutError';
        const hopeless = !cut && !error.passing;
        if (this.#stopped || hopeless || signal?.aborted || Date.now() - began > limit) {
          if (error instanceof Ended) this.#tell('ended', {});
          throw error;
        }
        if (cut) this.#connected(false);
        await this.#rest(error.retryAfter * 1000 || pause * (0.8 + Math.random() * 0.4), signal);
      }
    }
  }

  async #listen() {
    for (let pause = 500; !this.#stopped; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        const stream = new AbortController();
        this.#stream = stream;
        const response = await this.#call(this.#url('/api/v1/chat/events'), {
          headers: { 'Last-Event-ID': String(this.#last) },
          signal: stream.signal,
        });
        if (!response.ok) throw await Refusal.of(response);
        pause = 250;
        this.#heardAt = Date.now();
        this.#connected(true);
        const watch = setInterval(() => {
          if (Date.now() - this.#heardAt > SILENCE) stream.abort();
        }, 5_000);
        try {
          await read(response.body, {
            alive: () => { this.#heardAt = Date.now(); },
            event: (name, data, id) => this.#event(name, JSON.parse(data), id),
          });
        } finally {
          clearInterval(watch);
        }
      } catch (error) {
        if (this.#stopped) return;
        if (error instanceof Ended) {
          this.#tell('ended', {});
          return;
        }
      }
      if (this.#stopped) return;
      this.#tell('typing', { typing: false, cut: true });
      this.#connected(false);
      await this.#rest(pause);
    }
  }

  #event(name, data, id) {
    if (name === 'typing') {
      this.#tell('typing', data);
      return;
    }
    if (name !== 'message' && name !== 'message_updated') return;
    this.#merge([data]);
    if (id) this.#last = Math.max(this.#last, Number(id) || 0);
  }

  #merge(messages, { old = false } = {}) {
    for (const message of messages) {
      const known = this.messages.get(message.id);
      // The stream may repeat how a message was; what was said last stands.
      if (known && Date.parse(known.updated_at) >= Date.parse(message.updated_at)) continue;
      this.messages.set(message.id, message);
      this.#tell('message', { message, known, old });
    }
  }

  /** A mistake in the drawing must not look like a broken connection. */
  #tell(event, detail) {
    try {
      this.#hear(event, detail);
    } catch (error) {
      reportError(error);
    }
  }

  #connected(up) {
    if (up) {
      clearTimeout(this.#lost);
      this.#lost = null;
      if (!this.#up) this.#tell('connection', { up: true });
      this.#up = true;
    } else if (this.#lost === null && this.#up) {
      this.#lost = setTimeout(() => {
        this.#up = false;
        this.#tell('connection', { up: false });
      }, PATIENCE);
    }
  }

  #rest(milliseconds, signal) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), milliseconds);
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
      this.#wakers.add(wake);
    });
  }

  #wake() {
    for (const wake of [...this.#wakers]) wake();
  }

  #online = () => {
    this.#stream?.abort();
    this.#wake();
  };

  #offline = () => {
    this.#stream?.abort();
  };

  #seen = () => {
    // A computer that slept finds its connection dead without having been told.
    if (!document.hidden && Date.now() - this.#heardAt > SILENCE / 2) this.#online();
  };
}
